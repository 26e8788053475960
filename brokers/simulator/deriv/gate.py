"""The desk with everything around it that its wires share."""

from dataclasses import dataclass, field

from brokers.simulator.deriv.budgets import Budgets, Window
from brokers.simulator.deriv.desk import Desk
from brokers.simulator.deriv.options import Options
from brokers.simulator.deriv.otp import OneTimePasswords
from brokers.simulator.faults import Faults


@dataclass(slots=True)
class Gate:
    """`seed` decides which numbers come as texts. Budgets are by user, or by address where there is none."""

    desk: Desk
    faults: Faults
    seed: int
    options: Options = field(default_factory=Options)
    passwords: OneTimePasswords = field(init=False)
    sockets: int = 0
    _budgets: dict[str, Budgets] = field(default_factory=dict)
    _windows: dict[tuple[str, object], Window] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.passwords = OneTimePasswords(self.desk.clock)

    def within_budget(self, who: str, call: str) -> bool:
        if not self.options.enforce_limits:
            return True
        if who not in self._budgets:
            self._budgets[who] = Budgets(self.desk.clock)
        return self._budgets[who].take(call)

    def within_window(self, who: str, limits: tuple[tuple[int, float], ...]) -> bool:
        if not self.options.enforce_limits:
            return True
        if (who, limits) not in self._windows:
            self._windows[who, limits] = Window(limits, self.desk.clock)
        return self._windows[who, limits].take()

    def next_seed(self) -> int:
        """A seed for one socket's numbers: the same for the same socket of the same run."""
        self.sockets += 1
        return self.seed * 1_000_003 + self.sockets
