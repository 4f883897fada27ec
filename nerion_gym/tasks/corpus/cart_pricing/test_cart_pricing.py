"""Strength: strong. Negative prices and percentages above a hundred are not tried."""
import pytest

from cart_pricing import BuyXGetY, Cart, CategoryPercent, Coupon, Discount, Line, Receipt, money, percent_of


@pytest.fixture
def cart():
    return Cart().add("tea", 350, 2, "food").add("pan", 2999)


@pytest.mark.parametrize(
    ("cents", "percent", "expected"),
    [(1000, 10, 100), (5, 10, 1), (4, 10, 0), (15, 10, 2), (999, 33.3, 333), (0, 50, 0), (7, 100, 7)],
)
def test_percent_of(cents, percent, expected):
    assert percent_of(cents, percent) == expected


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123456789, "1,234,567.89"), (-1250, "-12.50")]
)
def test_money(cents, text):
    assert money(cents) == text


class TestCart:
    def test_add(self, cart):
        assert len(cart) == 3
        assert list(cart) == [Line("tea", 350, 2, "food"), Line("pan", 2999, 1, "misc")]
        assert cart.find("tea").amount == 700
        assert cart.find("cup") is None

    def test_defaults(self):
        assert Line("cup", 5) == Line("cup", 5, 1, "misc")
        assert len(Cart().add("cup", 5)) == 1

    def test_add_again(self, cart):
        cart.add("tea", 350)
        assert cart.find("tea") == Line("tea", 350, 3, "food")

    def test_prices_do_not_change(self, cart):
        with pytest.raises(ValueError, match="^tea is already there for 3.50$"):
            cart.add("tea", 400)

    @pytest.mark.parametrize("quantity", [0, -2])
    def test_add_nothing(self, cart, quantity):
        with pytest.raises(ValueError, match=f"^cannot add {quantity} of cup$"):
            cart.add("cup", 100, quantity)

    def test_remove(self, cart):
        cart.remove("tea", 1)
        assert cart.find("tea").quantity == 1
        cart.remove("tea", 1)
        assert cart.find("tea") is None
        cart.remove("pan")
        assert len(cart) == 0

    def test_remove_some_of_many(self):
        cart = Cart().add("cup", 100, 5)
        cart.remove("cup", 2)
        assert cart.find("cup") == Line("cup", 100, 3)

    def test_lines_do_not_change(self, cart):
        with pytest.raises(AttributeError):
            cart.find("tea").price = 1

    def test_remove_more_than_there_is(self, cart):
        cart.remove("tea", 5)
        assert cart.find("tea") is None

    def test_remove_what_is_not_there(self, cart):
        with pytest.raises(KeyError):
            cart.remove("cup")


class TestDiscounts:
    @pytest.mark.parametrize(
        ("quantity", "cents"), [(1, 0), (2, 0), (3, 350), (4, 350), (5, 350), (6, 700)]
    )
    def test_two_and_one_free(self, quantity, cents):
        assert BuyXGetY("tea", 2).amount(Cart().add("tea", 350, quantity), 0) == cents

    @pytest.mark.parametrize(("quantity", "cents"), [(3, 0), (4, 10), (5, 20), (6, 20), (9, 30)])
    def test_three_and_two_free(self, quantity, cents):
        assert BuyXGetY("tea", 3, free=2).amount(Cart().add("tea", 10, quantity), 0) == cents

    def test_free_ones_must_be_there(self, cart):
        assert BuyXGetY("cup", 1).amount(cart, 0) == 0

    def test_category(self, cart):
        assert CategoryPercent("food", 10).amount(cart, 0) == 70
        assert CategoryPercent("toys", 10).amount(cart, 0) == 0

    def test_coupon_in_cents(self, cart):
        coupon = Coupon("spring", cents=500, at_least=1000)
        assert coupon.amount(cart, 1000) == 500
        assert coupon.amount(cart, 999) == 0

    def test_coupon_in_percent(self, cart):
        assert Coupon("x", percent=5).amount(cart, 3000) == 150

    @pytest.mark.parametrize("options", [{}, {"cents": 5, "percent": 5}])
    def test_coupon_is_one_of_both(self, options):
        with pytest.raises(ValueError, match="^a coupon takes off either cents or percent$"):
            Coupon("x", **options)

    def test_labels(self):
        assert Discount.label == "discount"
        assert BuyXGetY("tea", 2).label == "2+1 tea"
        assert CategoryPercent("food", 10).label == "10% off food"
        assert Coupon("spring", 5).label == "SPRING"

    def test_discounts_sort_by_kind(self):
        kinds = [BuyXGetY("tea", 1), CategoryPercent("food", 5), Coupon("x", 5)]
        assert sorted(reversed(kinds)) == kinds
        assert [kind.order for kind in (Discount, *kinds)] == [0, 1, 2, 3]

    def test_abstract(self):
        with pytest.raises(TypeError):
            Discount()


class TestCheckout:
    def test_plain(self, cart):
        assert cart.checkout() == Receipt(3699, (), 490)
        assert cart.checkout().total == 4189

    def test_shipping_is_free_from_fifty(self):
        assert Cart().add("pot", 5000).checkout().shipping == 0
        assert Cart().add("pot", 4999).checkout().shipping == 490

    def test_shipping_is_of_the_reduced_price(self):
        assert Cart(Coupon("x", cents=1)).add("pot", 5000).checkout().total == 5489

    def test_empty(self):
        assert Cart(Coupon("x", cents=100)).checkout() == Receipt(0, (), 0)

    def test_order_of_discounts(self, cart):
        cart.discounts = [Coupon("ten", percent=10), CategoryPercent("food", 50), BuyXGetY("tea", 1)]
        assert cart.checkout().discounts == (("1+1 tea", 350), ("50% off food", 350), ("TEN", 300))

    def test_never_below_nothing(self, cart):
        cart.discounts = [Coupon("huge", cents=9999), Coupon("more", cents=5)]
        receipt = cart.checkout()
        assert receipt.discounts == (("HUGE", 3699),)
        assert receipt.total == 490

    def test_receipts_do_not_change(self, cart):
        with pytest.raises(AttributeError):
            cart.checkout().shipping = 0

    def test_receipt(self, cart):
        cart.discounts.append(Coupon("spring", cents=500))
        assert list(cart.checkout().lines()) == [
            "subtotal 36.99", "SPRING -5.00", "shipping 4.90", "total 36.89",
        ]

    def test_receipt_with_free_shipping(self):
        assert list(Cart().add("pot", 123450).checkout().lines()) == [
            "subtotal 1,234.50", "free shipping", "total 1,234.50",
        ]
