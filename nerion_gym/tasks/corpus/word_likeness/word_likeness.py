def distance(a, b):
    """Levenshtein: how many letters to insert, drop or change to get from one word to the other."""
    if len(a) < len(b):
        a, b = b, a
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            cost = diagonal + (left != right)
            diagonal = row[j]
            row[j] = min(cost, row[j] + 1, row[j - 1] + 1)
    return row[-1]


def similarity(a, b):
    longest = max(len(a), len(b))
    return 1.0 if longest == 0 else 1 - distance(a, b) / longest


def bigrams(word):
    return {word[i : i + 2] for i in range(len(word) - 1)}


def dice(a, b):
    """Share of common pairs of letters; words without a pair are alike only if they are equal."""
    left, right = bigrams(a), bigrams(b)
    if not left or not right:
        return float(a == b)
    return 2 * len(left & right) / (len(left) + len(right))


def common_prefix(*words):
    if not words:
        return ""
    shortest, longest = min(words), max(words)
    for i, char in enumerate(shortest):
        if char != longest[i]:
            return shortest[:i]
    return shortest


def soundex(word):
    """First letter and three digits for how the rest sounds."""
    groups = {"bfpv": "1", "cgjkqsxz": "2", "dt": "3", "l": "4", "mn": "5", "r": "6"}
    codes = {letter: code for letters, code in groups.items() for letter in letters}
    word = word.lower()
    digits = ""
    previous = codes.get(word[:1], "")
    for letter in word[1:]:
        code = codes.get(letter, "")
        if code and code != previous:
            digits += code
        if letter not in "hw":
            previous = code
    return (word[:1].upper() + digits + "000")[:4]


class Speller:
    """Knows some words and suggests one for what was typed."""

    def __init__(self, words, limit=2):
        self.words = {word.lower() for word in words}
        self.limit = limit

    def __contains__(self, word):
        return word.lower() in self.words

    def suggest(self, typed, count=3):
        typed = typed.lower()
        ranked = sorted((distance(typed, word), -dice(typed, word), word) for word in self.words)
        return [word for far, _, word in ranked if far <= self.limit][:count]

    def correct(self, text):
        """Replace unknown words by the best suggestion, if there is one."""
        return " ".join(
            word if word in self else next(iter(self.suggest(word)), word) for word in text.split()
        )
