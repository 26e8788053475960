"""Every address that Signalist answers at."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from knox.models import get_token_model

from analytics.api import (
    backtest_candles,
    backtest_compare,
    backtest_export,
    backtest_options,
    backtest_results,
    backtests,
    deriv_analytics,
    equity,
    exports,
    gates,
    lookahead,
    montecarlo,
    performance,
    reports,
    track_records,
    whatif,
)
from analytics.api import signals as signal_quality
from brokers.api import brokers as broker_list
from brokers.api import credentials, deriv_token
from config.admin_login import ThrottledLoginForm
from config.api.auth import LoginView, LogoutView, MeView
from config.api.errors import not_found, server_error
from config.health import health
from config.views import dashboard
from signals.api import market, strategies, webhook_config
from trading.api import (
    account_results,
    accounts,
    alerts,
    auto_trade,
    connect,
    deriv_auto_trading,
    killswitch,
    live_updates,
    notifications,
    paper,
    records,
    sessions,
    shadow,
    telegram,
    trade_management,
    trades,
    webhooks,
)
from trading.api import signals as signal_feed
from trading.rules.session_states import PAUSE, RESUME, START, STOP

handler404 = not_found
handler500 = server_error

# Here, not in every process that sets Django up: workers, beat and Flower do without the admin's memory.
admin.autodiscover()
admin.site.unregister(get_token_model())  # tokens are made by `manage.py token`, which shows them once
admin.site.site_header = admin.site.site_title = "Signalist"
admin.site.index_title = "Administration"
admin.site.login_form = ThrottledLoginForm

paper_urls = [
    path("start/", paper.StartView.as_view()),
    path("reset/", paper.ResetView.as_view()),
    path("status/", paper.StatusView.as_view()),
    path("settings/", paper.SettingsView.as_view()),
    path("summary/", paper.SummaryView.as_view()),
    path("trades/", paper.PaperTradesView.as_view()),
    path("trades/<int:trade_id>/close/", trade_management.CloseView.as_view()),
]

api_urls: list[URLPattern | URLResolver] = [
    path("auth/login/", LoginView.as_view()),
    path("auth/logout/", LogoutView.as_view()),
    path("auth/me/", MeView.as_view()),
    path("health/", health),
    path("dev/paper/", include(paper_urls)),
    path("brokers/", broker_list.BrokerListView.as_view()),
    path("connect/", connect.ConnectOnceView.as_view()),
    path("credentials/", credentials.CredentialListView.as_view()),
    path("credentials/<int:pk>/", credentials.CredentialDetailView.as_view()),
    path("credentials/<int:pk>/validate/", credentials.CredentialValidateView.as_view()),
    path("deriv/token/", deriv_token.DerivTokenView.as_view()),
    path("deriv/token/validate/", deriv_token.DerivTokenValidateView.as_view()),
    path("accounts/", accounts.AccountListView.as_view()),
    path("accounts/<int:account_id>/", accounts.AccountDetailView.as_view()),
    path("accounts/<int:account_id>/check/", accounts.AccountCheckView.as_view()),
    path("accounts/<int:account_id>/live-trading/", accounts.LiveTradingView.as_view()),
    path("accounts/<int:account_id>/equity/", account_results.EquityView.as_view()),
    path("accounts/<int:account_id>/summary/", account_results.AccountSummaryView.as_view()),
    path("sessions/", sessions.SessionListView.as_view()),
    path("sessions/<int:session_id>/", sessions.SessionDetailView.as_view()),
    *(
        path(f"sessions/<int:session_id>/{step}/", sessions.SessionStepView.as_view(step=step))
        for step in ("start", "stop", "pause", "resume")
    ),
    path("sessions/<int:session_id>/kill/", sessions.SessionKillView.as_view()),
    path("sessions/<int:session_id>/algorithms/", sessions.AlgorithmListView.as_view()),
    path("sessions/<int:session_id>/performance/", sessions.SessionPerformanceView.as_view()),
    path("sessions/<int:session_id>/shadow/", shadow.ShadowView.as_view()),
    path("auto-trade/status/", auto_trade.AutoTradeStatusView.as_view()),
    *(
        path(f"auto-trade/{step.lower()}/", auto_trade.AutoTradeStepView.as_view(action=step))
        for step in (START, STOP, PAUSE, RESUME)
    ),
    path("deriv/auto-trading/start/", deriv_auto_trading.StartView.as_view()),
    path("deriv/auto-trading/stop/", deriv_auto_trading.StopView.as_view()),
    path("deriv/auto-trading/status/", deriv_auto_trading.StatusView.as_view()),
    path("deriv/auto-trading/trades/", deriv_auto_trading.TradesView.as_view()),
    path("deriv/auto-trading/risk-metrics/", deriv_auto_trading.RiskMetricsView.as_view()),
    path("signals/", signal_feed.SignalListView.as_view()),
    path("signals/<uuid:public_id>/", signal_feed.SignalDetailView.as_view()),
    path("trades/", trades.TradeListView.as_view()),
    path("trades/<int:trade_id>/", trades.TradeDetailView.as_view()),
    path("trades/<int:trade_id>/close/", trade_management.CloseView.as_view()),
    path("trades/<int:trade_id>/modify/", trade_management.ModifyView.as_view()),
    path("trades/<int:trade_id>/notes/", trade_management.NotesView.as_view()),
    path("decisions/", records.DecisionListView.as_view()),
    path("events/", records.EventListView.as_view()),
    path("killswitch/", killswitch.KillSwitchView.as_view()),
    path("auto-trade/kill-switch/", killswitch.KillSwitchView.as_view()),
    path("alerts/", alerts.AlertListView.as_view()),
    path("alerts/read-all/", alerts.AlertReadAllView.as_view()),
    path("alerts/<int:alert_id>/read/", alerts.AlertReadView.as_view()),
    path("notifications/", notifications.ChannelListView.as_view()),
    path("notifications/services/", notifications.ServiceListView.as_view()),
    path("notifications/<int:pk>/", notifications.ChannelDetailView.as_view()),
    path("notifications/<int:pk>/test/", notifications.ChannelTestView.as_view()),
    path("telegram/", telegram.TelegramView.as_view()),
    path("telegram/link/", telegram.TelegramLinkView.as_view()),
    path("live-updates/", live_updates.LiveUpdatesView.as_view()),
    path("deriv/auto-trading/live-updates/", live_updates.LiveUpdatesView.as_view()),
    path("analytics/lookahead/", lookahead.LookaheadView.as_view()),
    path("analytics/montecarlo/", montecarlo.MonteCarloView.as_view()),
    path("analytics/performance/", performance.PerformanceView.as_view()),
    path("analytics/equity/", equity.EquityView.as_view()),
    path("analytics/signals/", signal_quality.SignalQualityView.as_view()),
    path("analytics/gates/", gates.GateQualityView.as_view()),
    path("analytics/trades/export/", exports.TradesExportView.as_view()),
    path("analytics/report/", reports.ReportView.as_view()),
    path("deriv/auto-trading/analytics/", deriv_analytics.DerivAnalyticsView.as_view()),
    path("whatif/", whatif.WhatIfView.as_view()),
    path("backtests/", backtests.BacktestListView.as_view()),
    path("backtests/options/", backtest_options.BacktestOptionsView.as_view()),
    path("backtests/compare/", backtest_compare.BacktestCompareView.as_view()),
    path("backtests/<int:backtest_id>/", backtests.BacktestDetailView.as_view()),
    path("backtests/<int:backtest_id>/cancel/", backtests.BacktestCancelView.as_view()),
    path("backtests/<int:backtest_id>/resume/", backtests.BacktestResumeView.as_view()),
    path("backtests/<int:backtest_id>/trades/", backtest_results.BacktestTradesView.as_view()),
    path("backtests/<int:backtest_id>/trials/", backtest_results.BacktestTrialsView.as_view()),
    path("backtests/<int:backtest_id>/heatmap/", backtest_results.BacktestHeatmapView.as_view()),
    path("backtests/<int:backtest_id>/candles/", backtest_candles.BacktestCandlesView.as_view()),
    path("backtests/<int:backtest_id>/export/", backtest_export.BacktestExportView.as_view()),
    path("market/symbols/", market.SymbolsView.as_view()),
    path("market/candles/", market.CandlesView.as_view()),
    path("strategies/", strategies.StrategyListView.as_view()),
    path("webhooks-config/", webhook_config.WebhookListView.as_view()),
    path("webhooks-config/<int:pk>/", webhook_config.WebhookDetailView.as_view()),
    path("webhooks/<str:secret_id>/", webhooks.ActingWebhookView.as_view()),
    path("track-records/", track_records.TrackRecordListView.as_view()),
    path("track-records/<int:record_id>/", track_records.TrackRecordDetailView.as_view()),
    path("public/track-records/<str:slug>/", track_records.PublicTrackRecordView.as_view()),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="schema")),
]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include(api_urls)),
    re_path(r"^(?!(?:api|admin|static|ws)(?:/|$)).*$", dashboard),
]
