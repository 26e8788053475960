FROM node:20-slim AS dashboard
WORKDIR /build
COPY dashboard/package.json dashboard/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY dashboard/ ./
RUN npm run build

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 MALLOC_ARENA_MAX=2 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
WORKDIR /app
COPY requirements.txt ./
RUN pip install -r requirements.txt \
    && useradd --uid 10001 --create-home signalist \
    && install -d -o signalist -g signalist /data
COPY --chown=signalist:signalist . ./
COPY --from=dashboard --chown=signalist:signalist /build/dist ./dashboard/dist
USER signalist
ENV SIGNALIST_DATA_DIR=/data SIGNALIST_HOST=0.0.0.0 FLOWER_ADDRESS=0.0.0.0
VOLUME /data
EXPOSE 8000 5555
ENTRYPOINT ["python", "-m", "config.supervise"]
CMD ["process", "web"]
