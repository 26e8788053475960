"""What happens to credentials, for whoever keeps a record of it. Sent inside the transaction that does it.

Each is sent with `credential`, the row; `credential_removed` before the row goes, `credential_replaced` with `before`,
what was shown of the row until then. `secrets_resealed` is sent for a `row` of any model in the vault that was
encrypted anew, with `before`, the id of the vault's key until then.
"""

from django.dispatch import Signal

credential_added = Signal()
credential_replaced = Signal()
credential_removed = Signal()
credential_checked = Signal()
secrets_resealed = Signal()
