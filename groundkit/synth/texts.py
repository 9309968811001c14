"""Words for one screen: of the right topic, as far as possible none twice."""

from __future__ import annotations

from random import Random

from groundkit.synth.words import TOPICS
from groundkit.vocabulary import Lang

_TRIES = 8


class Texts:
    """Draws words of a language; what was drawn before is avoided."""

    def __init__(self, rng: Random, lang: Lang) -> None:
        self.lang = lang
        self._rng = rng
        self._topics = TOPICS[lang]
        self._used: set[str] = set()

    def word(self, topic: str) -> str:
        """A word of a topic."""
        words = self._topics[topic]
        for _ in range(_TRIES):
            word = words[int(self._rng.random() * len(words))]
            if word not in self._used:
                break
        self._used.add(word)
        return word

    def words(self, topic: str, count: int) -> list[str]:
        """Different words of a topic, fewer if it has not as many."""
        return list(dict.fromkeys(self.word(topic) for _ in range(count)))

    def number(self) -> str:
        """A count or an amount without a unit."""
        rng = self._rng
        kind = rng.randrange(4)
        if kind == 0:
            return str(rng.randrange(2, 999))
        if kind == 1:
            return f"{rng.randrange(1000, 999_999):,}"
        if kind == 2:
            return f"{rng.uniform(0.1, 99):.1f}%"
        return f"{rng.uniform(1, 99):.1f}k"

    def price(self) -> str:
        rng = self._rng
        sign = rng.choice(self._topics["currency"])
        return sign + (
            f"{rng.uniform(1, 2000):,.2f}" if rng.random() < 0.6 else f"{rng.randrange(5, 999)}"
        )

    def clock(self) -> str:
        return f"{self._rng.randrange(24):02d}:{self._rng.randrange(60):02d}"

    def date(self) -> str:
        rng = self._rng
        year, month, day = rng.randrange(2019, 2027), rng.randrange(1, 13), rng.randrange(1, 29)
        form = rng.randrange(4)
        if form == 0:
            return f"{year}-{month:02d}-{day:02d}"
        if form == 1:
            return f"{month:02d}/{day:02d}"
        if form == 2:
            return self.word("weekday")
        return f"{year}/{month}/{day}"

    def code(self) -> str:
        """An order number, a host, a version: what no dictionary has."""
        rng = self._rng
        form = rng.randrange(4)
        if form == 0:
            return f"{rng.choice('ABDKRSX')}{rng.choice('ACEKNT')}{rng.randrange(10**5, 10**8)}"
        if form == 1:
            return f"#{rng.randrange(100, 99_999)}"
        if form == 2:
            return f"v{rng.randrange(9)}.{rng.randrange(20)}.{rng.randrange(10)}"
        return f"{rng.choice(('web', 'db', 'api', 'node', 'app'))}-{rng.randrange(1, 99):02d}"

    def email(self) -> str:
        rng = self._rng
        user = rng.choice(
            ("anna", "tom", "lisa", "info", "sales", "wang", "li.na", "office", "kim")
        )
        host = rng.choice(("example.com", "mail.com", "shop.net", "corp.cn", "uni.edu"))
        return f"{user}{rng.choice(('', '', str(rng.randrange(99))))}@{host}"

    def value(self) -> str:
        """What may stand in a cell or at the end of a row."""
        kind = self._rng.randrange(6)
        return (
            (self.number, self.price, self.date, self.code, self.clock)[kind]()
            if kind < 5
            else self.word("unit")
        )
