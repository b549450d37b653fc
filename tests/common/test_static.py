"""The files that a deployment serves."""

import json
import shutil

from django.core.management import call_command

from portal import local
from portal.common.static import whole_sheet


def test_every_part_stands_in_the_one_sheet():
    parts = [part for part in (local.ROOT / "static/app").glob("*.css") if part.name != "app.css"]
    assert len(parts) > 5
    assert all(part.read_text() in whole_sheet() for part in parts)
    assert "@import" not in whole_sheet()


def test_a_deployment_serves_one_sheet_with_hashed_addresses(settings, tmp_path, production_env):
    """Also where they have been collected before."""
    shutil.copytree(production_env["STATIC_ROOT"], tmp_path, dirs_exist_ok=True)
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "portal.common.static.StaticFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    for name in ("app/app.css", names["app/app.css"]):  # the pages of 400 and 500 ask for the first
        served = (tmp_path / name).read_text()
        assert "@import" not in served
        assert ".p-dialog" in served
    assert f'url("../{names["krds/icon/ico_my.svg"]}")' in served
    assert (tmp_path / f"{names['app/app.css']}.gz").exists()
