"""Strength: strong. Listeners that raise and transitions that several steps share are not tried."""
import pytest
from order_workflow import (
    TRANSITIONS,
    GuardFailed,
    NoSuchStep,
    Order,
    Status,
    Transition,
    Workflow,
    WorkflowError,
)


@pytest.fixture
def flow():
    return Workflow()


def order_at(status, **details):
    order = Order(7, {"tea": 2}, "Main Street 1", total=900, status=status)
    for name, value in details.items():
        setattr(order, name, value)
    return order


class TestOrder:
    def test_new(self):
        order = Order(1)
        assert (order.lines, order.address, order.total, order.paid) == ({}, "", 0, 0)
        assert order.status is Status.DRAFT
        assert order.history == []

    def test_add(self):
        order = Order(1)
        order.add("tea", 450)
        order.add("tea", 400, count=2)
        order.add("cup", 10, 3)
        assert order.lines == {"tea": 3, "cup": 3}
        assert order.total == 1280

    def test_balance(self):
        assert Order(1, total=900, paid=250).balance == 650

    def test_only_drafts_change(self):
        with pytest.raises(WorkflowError, match="^order 7 is placed and cannot change$"):
            order_at(Status.PLACED).add("cup", 10)


def test_states_are_written_in_small_letters():
    assert [status.value for status in Status] == [
        "draft", "placed", "paid", "shipped", "delivered", "cancelled",
    ]


def test_final_states():
    assert [status.value for status in Status if status.final] == ["delivered", "cancelled"]


def test_whole_life(flow):
    order = order_at(Status.DRAFT)
    assert flow.fire(order, "place") is Status.PLACED
    assert flow.pay(order, 1000) == 100
    assert order.status is Status.PAID
    assert flow.fire(order, "ship", "clerk") is Status.SHIPPED
    assert flow.fire(order, "deliver", role="courier") is Status.DELIVERED
    assert flow.possible(order) == []
    assert order.history == [
        ("place", Status.DRAFT, "customer"),
        ("pay", Status.PLACED, "customer"),
        ("ship", Status.PAID, "clerk"),
        ("deliver", Status.SHIPPED, "courier"),
    ]


@pytest.mark.parametrize(
    ("status", "actions"),
    [
        (Status.DRAFT, ["place", "cancel"]),
        (Status.PLACED, ["pay", "cancel"]),
        (Status.PAID, ["ship"]),
        (Status.SHIPPED, ["deliver"]),
        (Status.DELIVERED, []),
        (Status.CANCELLED, []),
    ],
)
def test_possible(flow, status, actions):
    assert flow.possible(order_at(status)) == actions


def test_possible_for_a_role(flow):
    assert flow.possible(order_at(Status.PAID), "clerk") == ["ship"]
    assert flow.possible(order_at(Status.PAID), "customer") == []
    assert flow.possible(order_at(Status.PLACED), role="customer") == ["pay", "cancel"]


class TestGuards:
    def test_empty_order(self, flow):
        order = Order(1)
        with pytest.raises(GuardFailed) as caught:
            flow.fire(order, "place")
        assert str(caught.value) == "cannot place: the order is empty; no address is given"
        assert caught.value.reasons == ["the order is empty", "no address is given"]
        assert order.status is Status.DRAFT
        assert order.history == []

    def test_blank_address(self, flow):
        with pytest.raises(GuardFailed, match="^cannot place: no address is given$"):
            flow.fire(order_at(Status.DRAFT, address="  "), "place")

    def test_unpaid(self, flow):
        with pytest.raises(GuardFailed, match="^cannot pay: 1 still to pay$"):
            flow.fire(order_at(Status.PLACED, paid=899), "pay")

    def test_settled_and_more(self, flow):
        assert flow.can(order_at(Status.PLACED, paid=900), "pay")
        assert flow.can(order_at(Status.PLACED, paid=901), "pay")

    def test_ship_needs_both(self, flow):
        with pytest.raises(GuardFailed) as caught:
            flow.fire(order_at(Status.PAID, address=""), "ship", "clerk")
        assert caught.value.reasons == ["900 still to pay", "no address is given"]

    def test_cancel_with_money(self, flow):
        with pytest.raises(GuardFailed, match="^cannot cancel: 5 must be refunded first$"):
            flow.fire(order_at(Status.PLACED, paid=5), "cancel")
        assert flow.fire(order_at(Status.PLACED), "cancel") is Status.CANCELLED


class TestRefusals:
    def test_wrong_step(self, flow):
        with pytest.raises(NoSuchStep) as caught:
            flow.fire(order_at(Status.PLACED), "ship", "clerk")
        assert str(caught.value) == "cannot ship an order that is placed; possible: pay or cancel"
        assert caught.value.action == "ship"

    def test_step_of_a_finished_order(self, flow):
        with pytest.raises(NoSuchStep, match="^cannot place an order that is cancelled; possible: nothing$"):
            flow.fire(order_at(Status.CANCELLED), "place")

    def test_wrong_role(self, flow):
        with pytest.raises(WorkflowError, match="^a customer cannot ship, only a clerk$"):
            flow.fire(order_at(Status.PAID, paid=900), "ship")

    def test_can(self, flow):
        order = order_at(Status.PAID, paid=900)
        assert flow.can(order, "ship", "clerk")
        assert not flow.can(order, "ship")
        assert not flow.can(order, "pay")
        assert not flow.can(order_at(Status.PAID), "ship", "clerk")
        assert order.status is Status.PAID


class TestPay:
    def test_in_parts(self, flow):
        order = order_at(Status.PLACED)
        assert flow.pay(order, 400) == 0
        assert (order.paid, order.status) == (400, Status.PLACED)
        assert flow.pay(order, 500) == 0
        assert (order.paid, order.status) == (900, Status.PAID)

    def test_too_much(self, flow):
        order = order_at(Status.PLACED, paid=899)
        assert flow.pay(order, 2) == 1
        assert order.paid == 900

    @pytest.mark.parametrize("amount", [0, -5])
    def test_nothing(self, flow, amount):
        with pytest.raises(ValueError, match="^pay something$"):
            flow.pay(order_at(Status.PLACED), amount)

    def test_one_is_something(self, flow):
        order = order_at(Status.PLACED)
        flow.pay(order, 1)
        assert order.paid == 1

    def test_not_before_it_is_placed(self, flow):
        order = order_at(Status.DRAFT)
        with pytest.raises(NoSuchStep, match="cannot pay an order that is draft"):
            flow.pay(order, 900)
        assert order.paid == 0


def test_listeners_hear_of_each_step(flow):
    heard = []
    flow.listen(lambda order, before: heard.append((order.status, before)))
    flow.listen(lambda order, before: heard.append(order.number))
    flow.fire(order_at(Status.DRAFT), "place")
    assert heard == [(Status.PLACED, Status.DRAFT), 7]


def test_own_transitions():
    undo = Transition("undo", (Status.CANCELLED,), Status.DRAFT)
    flow = Workflow((*TRANSITIONS, undo))
    assert flow.fire(order_at(Status.CANCELLED), "undo") is Status.DRAFT
    assert undo.guards == ()
    assert undo.objections(Order(1)) == []
