"""GET /api/analytics/report/: an account's or session's period as a document."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from analytics.api.montecarlo import WorkThrottle
from analytics.api.scope_query import ScopeQuerySerializer, scope_of
from analytics.performance.report import report_of
from analytics.performance.scope import Scope
from signals.api.strict import query

_CONTENT_TYPES = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}


class ReportQuerySerializer(ScopeQuerySerializer):
    type = serializers.ChoiceField(list(_CONTENT_TYPES), default="html")


class ReportView(APIView):
    throttle_classes = [WorkThrottle]

    @extend_schema(
        parameters=[ReportQuerySerializer], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request) -> HttpResponse:
        """One HTML file that needs nothing else, or a PDF."""
        scope = scope_of(request)
        kind = query(request, ReportQuerySerializer)["type"]
        answer = HttpResponse(_document(scope, kind), content_type=_CONTENT_TYPES[kind])
        of = f"session-{scope.session.pk}" if scope.session else f"account-{scope.account.pk}"
        answer["Content-Disposition"] = f'attachment; filename="{of}.{kind}"'
        return answer


def _document(scope: Scope, kind: str) -> bytes:
    report = report_of(scope)
    if kind == "html":
        from analytics.reports.html_report import html_report

        return html_report(report).encode()
    from analytics.reports.pdf.document import pdf_report

    return pdf_report(report)
