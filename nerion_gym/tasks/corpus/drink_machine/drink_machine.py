"""A machine that sells drinks for coins and gives change."""

COINS = (200, 100, 50, 20, 10)


class MachineError(Exception):
    """Whatever keeps the machine from doing what was asked."""


class SoldOut(MachineError):
    pass


class TooLittle(MachineError):
    def __init__(self, missing):
        super().__init__(f"please insert {missing} more")
        self.missing = missing


class NoChange(MachineError):
    pass


class DrinkMachine:
    def __init__(self, prices, till=None):
        self.prices = dict(prices)
        self.stock = dict.fromkeys(self.prices, 0)
        self.till = {coin: 0 for coin in COINS}
        self.till.update(till or {})
        self.inserted = []

    def fill(self, drink, count):
        if drink not in self.prices:
            raise KeyError(drink)
        self.stock[drink] += count

    @property
    def credit(self):
        return sum(self.inserted)

    def insert(self, *coins):
        for coin in coins:
            if coin not in COINS:
                raise MachineError(f"{coin} is not a coin")
            self.inserted.append(coin)
            self.till[coin] += 1

    def buy(self, drink):
        """Hand out a drink; return the coins of the change."""
        if not self.stock.get(drink):
            raise SoldOut(f"no {drink} left")
        price = self.prices[drink]
        if self.credit < price:
            raise TooLittle(price - self.credit)
        change = self._change(self.credit - price)
        self.stock[drink] -= 1
        self._pay_out(change)
        self.inserted = []
        return change

    def cancel(self):
        coins, self.inserted = self.inserted, []
        self._pay_out(coins)
        return coins

    def _change(self, amount):
        coins = []
        for coin in COINS:
            count = min(amount // coin, self.till[coin])
            coins += [coin] * count
            amount -= coin * count
        if amount:
            raise NoChange(f"cannot give back {amount}")
        return coins

    def _pay_out(self, coins):
        for coin in coins:
            self.till[coin] -= 1

    def takings(self):
        return sum(coin * count for coin, count in self.till.items())
