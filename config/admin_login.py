"""The admin's login form, with the same limit on guesses as the API's."""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError

from config.api.auth import LoginThrottle


class ThrottledLoginForm(AdminAuthenticationForm):
    def clean(self) -> dict[str, Any]:
        throttle = LoginThrottle()
        if not throttle.allow_request(self.request, None):  # type: ignore[arg-type]
            seconds = int(throttle.wait() or 60) + 1
            raise ValidationError(f"Too many attempts; try again in {seconds} s.", code="throttled")
        return super().clean()
