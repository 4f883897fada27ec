def sieve(limit):
    """All primes up to and including the limit."""
    if limit < 2:
        return []
    flags = [True] * (limit + 1)
    flags[0] = flags[1] = False
    for n in range(2, int(limit ** 0.5) + 1):
        if flags[n]:
            flags[n * n :: n] = [False] * len(flags[n * n :: n])
    return [n for n, is_prime in enumerate(flags) if is_prime]


def factors(n):
    """Prime factors of n, smallest first, each as often as it divides."""
    if n < 1:
        raise ValueError("only positive numbers have factors")
    found = []
    for p in sieve(int(n ** 0.5)):
        while n % p == 0:
            found.append(p)
            n //= p
    if n > 1:
        found.append(n)
    return found


def as_text(n):
    parts = []
    for p in sorted(set(factors(n))):
        power = factors(n).count(p)
        parts.append(f"{p}^{power}" if power > 1 else str(p))
    return " * ".join(parts) or "1"
