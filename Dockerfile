# One image for the API, the workers and the migration; it needs no privileges and writes to /tmp alone.
FROM python:3.11-slim AS build
WORKDIR /build
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY allocator allocator
COPY geodata geodata
COPY seeds seeds
COPY maps maps
COPY service service
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MPLCONFIGDIR=/tmp/matplotlib HOME=/tmp
COPY --from=build /venv /venv
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin allocator
USER 10001:10001
WORKDIR /tmp
EXPOSE 8000
ENTRYPOINT ["allocator"]
CMD ["serve", "--no-worker"]
