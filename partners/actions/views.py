"""Views of the register: saved, renamed, shared, made the first to be seen, deleted."""

from django.db import transaction
from django.utils.translation import gettext as _

from partners.models import DefaultView, RegisterView
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused


@transaction.atomic
def save_view(*, by: User, name: str, query: str, shared: bool, is_default: bool = False) -> RegisterView:
    """Keep an address of the register under a name, in the office `by` works for now."""
    office = office_of(by)
    _refuse_same_name(by, name, office)
    view = RegisterView.objects.create(
        owner=by, host_id=office, name=name, query=query, shared=shared
    )  # fmt: skip
    audit.record(view, "register_view.saved", by=by, after={"shared": shared})
    if is_default:
        make_default_view(view, by=by)
    return view


@transaction.atomic
def amend_view(view: RegisterView, *, by: User, name: str, shared: bool) -> RegisterView:
    """Rename it, share it, or take it back; what it shows stays. Nothing to change, no event."""
    view = RegisterView.objects.select_for_update().get(pk=view.pk)
    if (view.name, view.shared) == (name, shared):
        return view
    if view.name != name:
        _refuse_same_name(view.owner, name, view.host_id)
    before = {"shared": view.shared}
    view.name, view.shared = name, shared
    view.save(update_fields=["name", "shared"])
    audit.record(view, "register_view.amended", by=by, before=before, after={"shared": shared})
    return view


@transaction.atomic
def delete_view(view: RegisterView, *, by: User) -> None:
    view = RegisterView.objects.select_for_update().get(pk=view.pk)
    audit.record(view, "register_view.deleted", by=by)
    view.delete()


@transaction.atomic
def make_default_view(view: RegisterView, *, by: User) -> None:
    """From now on the register opens with it, for `by` alone and in this office."""
    DefaultView.objects.update_or_create(owner=by, host_id=view.host_id, defaults={"view": view})
    audit.record(view, "register_view.made_default", by=by)


@transaction.atomic
def stop_default_view(view: RegisterView, *, by: User) -> None:
    """The register opens with all agreements again."""
    gone, _rows = DefaultView.objects.filter(owner=by, host_id=view.host_id, view=view).delete()
    if gone:
        audit.record(view, "register_view.no_longer_default", by=by)


def office_of(user: User) -> int:
    """Where they work for now; refused for who works nowhere."""
    if user.organization_id is None:
        raise ActionRefused(_("Only the people of an office have a register."))
    return user.organization_id


def _refuse_same_name(owner: User, name: str, host: int) -> None:
    if RegisterView.objects.filter(owner=owner, host=host, name=name).exists():
        raise ActionRefused(_("There is a view of this name already. Choose another name."), "name")
