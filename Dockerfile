# syntax=docker/dockerfile:1
# zhengxin with web server and daemon. Everything it keeps lies in the volume /home/zhengxin/home; compose.yaml runs it.
FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /opt/zhengxin
RUN python -m venv .venv
# What is installed follows from these two files alone, so this layer is made anew only when they change.
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN mkdir orchestration && touch orchestration/__init__.py \
    && .venv/bin/pip install --constraint constraints.txt --editable . \
    && rm -r orchestration
COPY orchestration ./orchestration
COPY dbt_project ./dbt_project
COPY seeds ./seeds
COPY profiles.yml ./

FROM python:3.11-slim-bookworm

LABEL org.opencontainers.image.title="zhengxin" \
      org.opencontainers.image.description="A data warehouse that scores China's county governments on integrity" \
      org.opencontainers.image.licenses="Apache-2.0"
# The id is stated, so that the owner of a mounted folder can be.
RUN groupadd --gid 10001 zhengxin \
    && useradd --uid 10001 --gid zhengxin --create-home --shell /usr/sbin/nologin zhengxin \
    && install --directory --owner zhengxin --group zhengxin /home/zhengxin/home
COPY --from=build /opt/zhengxin /opt/zhengxin
ENV PATH=/opt/zhengxin/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    ZHENGXIN_HOME=/home/zhengxin/home
WORKDIR /opt/zhengxin
USER 10001:10001
VOLUME ["/home/zhengxin/home"]
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=10s --start-period=180s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:3000/health', timeout=5)"]
# SIGINT ends it as Ctrl-C does: runs in progress end at a place from which they go on.
STOPSIGNAL SIGINT
ENTRYPOINT ["zhengxin"]
CMD ["ui"]
