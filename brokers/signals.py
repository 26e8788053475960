"""What happens to credentials, for whoever keeps a record of it. Sent inside the transaction that does it.

Each is sent with `credential`, the row; `credential_removed` before the row goes.
"""

from django.dispatch import Signal

credential_added = Signal()
credential_replaced = Signal()
credential_removed = Signal()
credential_checked = Signal()
