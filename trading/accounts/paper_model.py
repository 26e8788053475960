"""How an account's paper orders are filled."""

from brokers.adapters.paper import FillModel
from trading.models import Account


def fill_model(account: Account) -> FillModel:
    """The account's fill model; what it does not set takes the paper broker's defaults."""
    return FillModel.from_dict(account.fill_model)
