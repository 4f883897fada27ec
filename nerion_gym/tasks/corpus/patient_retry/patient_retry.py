"""Call something again until it works, with longer and longer breaks."""


class GaveUp(Exception):
    def __init__(self, attempts, last):
        super().__init__(f"gave up after {attempts} attempts: {last}")
        self.attempts = attempts
        self.last = last


def backoff(first=1.0, factor=2.0, longest=30.0):
    """Yield the breaks between attempts, without end."""
    pause = first
    while True:
        yield min(pause, longest)
        pause *= factor


class Retry:
    def __init__(self, sleep, attempts=3, only=(Exception,), pauses=backoff):
        self.sleep = sleep
        self.attempts = attempts
        self.only = only
        self.pauses = pauses
        self.log = []

    def call(self, function, *args, **kwargs):
        pauses = self.pauses()
        for attempt in range(1, self.attempts + 1):
            try:
                return function(*args, **kwargs)
            except self.only as error:
                self.log.append((attempt, str(error)))
                if attempt == self.attempts:
                    raise GaveUp(attempt, error) from error
                self.sleep(next(pauses))

    def __call__(self, function):
        def wrapper(*args, **kwargs):
            return self.call(function, *args, **kwargs)

        return wrapper
