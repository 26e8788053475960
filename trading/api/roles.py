"""What a role does not allow, as an answer."""

from rest_framework.exceptions import PermissionDenied


class RoleViewer(PermissionDenied):
    default_code = "role_viewer"
    default_detail = "A viewer may look at everything of his own, and change nothing."
