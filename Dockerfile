# The portal's image: the same files run as web, worker, beat and the one-shot migration.
# Base images are pinned by tag; a registry's digests belong here too (docs/deployment.md, "Images").

FROM node:20-bookworm-slim AS assets
WORKDIR /portal
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM python:3.11-slim-bookworm AS build
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /portal
RUN python -m venv /venv
COPY requirements/deploy.lock requirements/
RUN pip install --require-hashes -r requirements/deploy.lock
COPY . .
COPY --from=assets /portal/node_modules node_modules
# Values of a build, in no layer's environment: no command here opens a database or signs anything.
RUN python -m portal.common.vendor && rm -r node_modules \
 && export SECRET_KEY=$(head -c 48 /dev/urandom | base64 -w 0) ALLOWED_HOSTS=build SITE_URL=https://build \
    DATABASE_URL=postgresql://build REDIS_URL=redis://build MEDIA_ROOT=/media STATIC_ROOT=/portal/staticfiles \
 && python manage.py shell --no-imports -c "from portal.common.catalogues import compile_catalogues as c; c()" \
 && python manage.py collectstatic --noinput --verbosity 0

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    PORTAL_ENV=production MEDIA_ROOT=/media STATIC_ROOT=/portal/staticfiles
RUN groupadd --gid 10001 portal \
 && useradd --uid 10001 --gid portal --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin portal \
 && install -d -o portal -g portal -m 750 /media
WORKDIR /portal
COPY --from=build /venv /venv
COPY --from=build /portal /portal
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000", "--no-control-socket", "--workers", "2", "--threads", "4", "--worker-class", "gthread"]
