"""What every operation shares in the OpenAPI document: the error shape, and the health check beside the API's views."""

from typing import Any

_ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string", "example": "invalid"},
                "message": {"type": "string"},
                "fields": {
                    "type": "object",
                    "description": "Messages by the name of the field that is wrong.",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                },
            },
            "required": ["code", "message", "fields"],
        }
    },
    "required": ["error"],
}
_CHECK = {
    "type": "object",
    "properties": {
        "ok": {"type": "boolean"},
        "age_seconds": {"type": "number", "nullable": True},
        "detail": {"type": "string"},
    },
    "required": ["ok", "age_seconds", "detail"],
}
_HEALTH = {
    "type": "object",
    "properties": {
        "status": {"type": "string", "enum": ["ok", "degraded"]},
        "checks": {"type": "object", "additionalProperties": _CHECK},
    },
    "required": ["status", "checks"],
}


def _answer(name: str, description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}},
    }


def document_shared_answers(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing hook of drf-spectacular."""
    result["components"]["schemas"] |= {"Error": _ERROR, "Health": _HEALTH}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"].setdefault("default", _answer("Error", "Any error."))
    result["paths"]["/api/health/"] = {
        "get": {
            "operationId": "health_retrieve",
            "description": "Whether every part is alive, and since when not.",
            "tags": ["health"],
            "security": [{}],
            "responses": {
                "200": _answer("Health", "All is well."),
                "503": _answer("Health", "A part is down."),
            },
        }
    }
    return result
