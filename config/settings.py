"""Django settings. Everything comes from the environment, with defaults that work; see docs/configuration.md."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ

from config.environment import BASE_DIR, data_dir, database_url, redis_url, secret_key, vault_keys

env = environ.Env()

DATA_DIR: Path = data_dir()
CANDLE_DIR: Path = DATA_DIR / "candles"
DEBUG = env.bool("SIGNALIST_DEBUG", False)
SECRET_KEY = secret_key(DATA_DIR)
# What earlier secret keys have signed stays valid: sessions, and the seals of the event log.
SECRET_KEY_FALLBACKS = env.list("SIGNALIST_OLD_SECRET_KEYS", default=[])
VAULT_KEYS = vault_keys(DATA_DIR)
ALLOWED_HOSTS = env.list("SIGNALIST_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("SIGNALIST_CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "config.admin_site.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "brokers",
    "signals",
    "trading",
    "analytics",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.actors.actor_middleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


def _database() -> dict[str, Any]:
    """SQLite in WAL mode with immediate transactions, or whatever `DATABASE_URL` names."""
    config: dict[str, Any] = env.db_url_config(database_url(DATA_DIR))
    if config["ENGINE"] == "django.db.backends.sqlite3":
        # IMMEDIATE takes the write lock at BEGIN, so that a transaction which reads and then writes waits for its
        # turn instead of failing half-way; FULL makes a committed fill survive a power cut.
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;",
        }
        config["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    else:
        config["CONN_MAX_AGE"] = env.int("SIGNALIST_DB_CONN_MAX_AGE", 60)
        config["CONN_HEALTH_CHECKS"] = True
    return config


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL: str = redis_url(DATA_DIR)
# Sockets give up quickly: a decision must not hang on a cache that is down.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "signalist:cache",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "signalist:live"},
    }
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
DASHBOARD_DIST = BASE_DIR / "dashboard" / "dist"
STATICFILES_DIRS = [("dashboard", DASHBOARD_DIST)] if DASHBOARD_DIST.exists() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

DEFAULT_EXCEPTION_REPORTER_FILTER = "config.reporting.QuietReporterFilter"
LOGIN_URL = "/login"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# Behind a TLS proxy: set SIGNALIST_SECURE_COOKIES=1 (docs/deploy.md).
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("SIGNALIST_SECURE_COOKIES", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.api.authentication.TokenAuthentication",
        "config.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["config.api.permissions.ByRole"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.parsers.BoundedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "config.api.pagination.Pagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.api.errors.exception_handler",
    "DEFAULT_THROTTLE_RATES": {
        "login": env.str("SIGNALIST_LOGIN_RATE", "10/min"),
        "webhook": env.str("SIGNALIST_WEBHOOK_RATE", "600/min"),
        "broker": env.str("SIGNALIST_BROKER_RATE", "30/min"),
        "notify": env.str("SIGNALIST_NOTIFY_RATE", "20/min"),
        "public": env.str("SIGNALIST_PUBLIC_RATE", "60/min"),
    },
    # Proxies whose X-Forwarded-For is believed when logins are counted; with 0 the header is ignored.
    "NUM_PROXIES": env.int("SIGNALIST_PROXIES", 0),
    "COERCE_DECIMAL_TO_STRING": True,
}
REST_KNOX = {
    "TOKEN_TTL": timedelta(days=env.int("SIGNALIST_TOKEN_DAYS", 90)),
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_LIMIT_PER_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Signalist API",
    "DESCRIPTION": "Signals in, risk-checked trades out. Money is a decimal string; times are ISO 8601 in UTC.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "SignalStatusEnum": "signals.models.SignalStatus.choices",
        "SessionStatusEnum": "trading.models.SessionStatus.choices",
        "TradeStatusEnum": "trading.models.TradeStatus.choices",
        "StopMoverEnum": "trading.models.StopMover.choices",
        "TimeframeEnum": "signals.marketdata.timeframes.TIMEFRAMES",
        "AlertKindEnum": "trading.models.AlertKind.choices",
        "SeverityEnum": "trading.alerts.alert_serializer.SEVERITIES",
        "DeliveryStatusEnum": "trading.models.DeliveryStatus.choices",
        "JobStatusEnum": "analytics.models.JobStatus.choices",
        "BacktestKindEnum": "analytics.models.BacktestKind.choices",
        "SearchMethodEnum": "analytics.search.space.METHODS",
        "MonteCarloMethodEnum": "analytics.validation.monte_carlo.METHODS",
        "SourceEnum": "signals.models.SignalSource.choices",
        "MonteCarloSourceEnum": "analytics.validation.monte_carlo_records.SOURCES",
        "VerdictEnum": "trading.models.Verdict.choices",
        "StrategyVerdictEnum": "analytics.validation.strategy_check.VERDICTS",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.api.schema.document_shared_answers",
    ],
}

CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = REDIS_URL
CELERY_RESULT_EXPIRES = 3600
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_WORKER_SEND_TASK_EVENTS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Far above the longest task (CELERY_TASK_TIME_LIMIT), so that Redis never re-delivers one that still runs.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "global_keyprefix": "signalist:",
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    # Queueing gives up at once where Redis is down: the row says what is to be done, and who queues it must not wait.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
}
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"global_keyprefix": "signalist:"}
CELERY_BEAT_MAX_LOOP_INTERVAL = 5

# Of one user: backtests queued or running at once, and kept; of one backtest: candles of all its symbols, and trials.
BACKTESTS_AT_ONCE = env.int("SIGNALIST_BACKTESTS_AT_ONCE", 4)
BACKTESTS_KEPT = env.int("SIGNALIST_BACKTESTS_KEPT", 500)
BACKTEST_MAX_CANDLES = env.int("SIGNALIST_BACKTEST_MAX_CANDLES", 10_000_000)
BACKTEST_MAX_TRIALS = env.int("SIGNALIST_BACKTEST_MAX_TRIALS", 5000)
# Workers that are asked to take part in a search at once.
BACKTEST_PARALLEL = env.int("SIGNALIST_BACKTEST_PARALLEL", 8)

# Market feeds that the streamer owns: "sim" and any ccxt exchange id; each may name its symbols: "binance:BTC/USDT".
VENUES: list[str] = env.list("SIGNALIST_VENUES", default=["sim"])
SIM_SEED = env.int("SIGNALIST_SIM_SEED", 20260)
# A quote older than this many seconds of feed time is refused by the quote_fresh gate.
QUOTE_MAX_AGE = env.float("SIGNALIST_QUOTE_MAX_AGE", 15.0)
# A feed whose newest quote is older than this many seconds is told of as stale.
FEED_MAX_AGE = env.float("SIGNALIST_FEED_MAX_AGE", 30.0)
# Whether notifications may be sent to addresses in private networks, this machine's own included.
NOTIFY_PRIVATE = env.bool("SIGNALIST_NOTIFY_PRIVATE", False)
TELEGRAM_URL: str = env.str("SIGNALIST_TELEGRAM_URL", "https://api.telegram.org")

LOG_LEVEL = env.str("SIGNALIST_LOG_LEVEL", "INFO").upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "ccxt": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.autoscale": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
    },
}

# Wherever Django runs, tasks are queued through this application. (In config/__init__.py, the usual place, it would
# cost the supervisor 24 MB.)
import config.celery  # noqa: E402, F401
