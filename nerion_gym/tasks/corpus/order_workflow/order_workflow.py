"""The life of an order: which step may follow which, who may take it and what has to be true first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum


class Status(Enum):
    DRAFT = "draft"
    PLACED = "placed"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        return self in (Status.DELIVERED, Status.CANCELLED)


class WorkflowError(Exception):
    """A step that the workflow does not allow."""


class NoSuchStep(WorkflowError):
    def __init__(self, action: str, status: Status, possible: list[str]) -> None:
        hint = " or ".join(possible) if possible else "nothing"
        super().__init__(f"cannot {action} an order that is {status.value}; possible: {hint}")
        self.action = action


class GuardFailed(WorkflowError):
    def __init__(self, action: str, reasons: list[str]) -> None:
        super().__init__(f"cannot {action}: " + "; ".join(reasons))
        self.reasons = reasons


@dataclass
class Order:
    number: int
    lines: dict[str, int] = field(default_factory=dict)
    address: str = ""
    total: int = 0
    paid: int = 0
    status: Status = Status.DRAFT
    history: list[tuple[str, Status, str]] = field(default_factory=list)

    @property
    def balance(self) -> int:
        return self.total - self.paid

    def add(self, item: str, price: int, count: int = 1) -> None:
        if self.status is not Status.DRAFT:
            raise WorkflowError(f"order {self.number} is {self.status.value} and cannot change")
        self.lines[item] = self.lines.get(item, 0) + count
        self.total += price * count


Guard = Callable[[Order], "str | None"]


def has_lines(order: Order) -> str | None:
    return None if order.lines else "the order is empty"


def has_address(order: Order) -> str | None:
    return None if order.address.strip() else "no address is given"


def is_settled(order: Order) -> str | None:
    if order.balance > 0:
        return f"{order.balance} still to pay"
    return None


def nothing_paid(order: Order) -> str | None:
    return f"{order.paid} must be refunded first" if order.paid else None


@dataclass(frozen=True)
class Transition:
    action: str
    sources: tuple[Status, ...]
    target: Status
    guards: tuple[Guard, ...] = ()
    role: str = "customer"

    def objections(self, order: Order) -> list[str]:
        found = (guard(order) for guard in self.guards)
        return [reason for reason in found if reason is not None]


TRANSITIONS = (
    Transition("place", (Status.DRAFT,), Status.PLACED, (has_lines, has_address)),
    Transition("pay", (Status.PLACED,), Status.PAID, (is_settled,)),
    Transition("ship", (Status.PAID,), Status.SHIPPED, (is_settled, has_address), role="clerk"),
    Transition("deliver", (Status.SHIPPED,), Status.DELIVERED, role="courier"),
    Transition("cancel", (Status.DRAFT, Status.PLACED), Status.CANCELLED, (nothing_paid,)),
)


class Workflow:
    """Moves orders along transitions and tells listeners.

    Args:
        transitions: what is possible; the first that fits is taken.
    """

    def __init__(self, transitions: tuple[Transition, ...] = TRANSITIONS) -> None:
        self.transitions = transitions
        self._listeners: list[Callable[[Order, Status], None]] = []

    def listen(self, listener: Callable[[Order, Status], None]) -> None:
        self._listeners.append(listener)

    def possible(self, order: Order, role: str | None = None) -> list[str]:
        """Actions that lead on from here, whatever their guards say."""
        return [
            step.action
            for step in self.transitions
            if order.status in step.sources and (role is None or step.role == role)
        ]

    def _find(self, order: Order, action: str) -> Transition:
        for step in self.transitions:
            if step.action == action and order.status in step.sources:
                return step
        raise NoSuchStep(action, order.status, self.possible(order))

    def can(self, order: Order, action: str, role: str = "customer") -> bool:
        try:
            step = self._find(order, action)
        except NoSuchStep:
            return False
        return step.role == role and not step.objections(order)

    def fire(self, order: Order, action: str, role: str = "customer") -> Status:
        step = self._find(order, action)
        if step.role != role:
            raise WorkflowError(f"a {role} cannot {action}, only a {step.role}")
        reasons = step.objections(order)
        if reasons:
            raise GuardFailed(action, reasons)
        before, order.status = order.status, step.target
        order.history.append((action, before, role))
        for listener in self._listeners:
            listener(order, before)
        return order.status

    def pay(self, order: Order, amount: int) -> int:
        """Take money for a placed order; move on once it is settled. Returns what is too much."""
        if amount <= 0:
            raise ValueError("pay something")
        self._find(order, "pay")
        change = max(0, amount - order.balance)
        order.paid += amount - change
        if self.can(order, "pay"):
            self.fire(order, "pay")
        return change
