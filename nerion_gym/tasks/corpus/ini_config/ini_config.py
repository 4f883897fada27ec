"""Reading and writing settings files with [sections], defaults and ${references}."""

import re

SECTION = re.compile(r"\[([^\[\]]+)\]$")
REFERENCE = re.compile(r"\$\{([^}]*)\}")
TRUE = {"yes", "true", "on", "1"}
FALSE = {"no", "false", "off", "0"}
COMMENTS = ("#", ";")


class ConfigError(Exception):
    pass


class MissingOption(ConfigError, KeyError):
    def __str__(self):
        return f"no option {self.args[0]!r}"


class Config:
    """Sections of options; what a section lacks is looked up in [default]."""

    def __init__(self, sections=None):
        self.sections = {"default": {}}
        for name, options in (sections or {}).items():
            self.sections.setdefault(name, {}).update(options)

    @classmethod
    def parse(cls, text):
        config = cls()
        section = config.sections["default"]
        option = None
        for number, raw in enumerate(text.splitlines(), start=1):
            line = raw.strip()
            if not line or line.startswith(COMMENTS):
                option = None if not line else option
                continue
            if raw[0].isspace() and option is not None:
                section[option] = f"{section[option]}\n{line}".lstrip("\n")
                continue
            header = SECTION.match(line)
            if header:
                section = config.sections.setdefault(header[1].strip().lower(), {})
                option = None
                continue
            name, separator, value = line.partition("=")
            if not separator or not name.strip():
                raise ConfigError(f"line {number}: expected 'name = value', found {line!r}")
            option = name.strip().lower()
            if option in section:
                raise ConfigError(f"line {number}: {option!r} is set twice")
            section[option] = cls._unquoted(value.strip())
        return config

    @staticmethod
    def _unquoted(value):
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            return value[1:-1]
        return f" {value}".split(" #", 1)[0].strip()

    def raw(self, section, option):
        for name in (section, "default"):
            options = self.sections.get(name, {})
            if option in options:
                return options[option]
        raise MissingOption(f"{section}.{option}")

    def get(self, section, option, fallback=None):
        """The text of an option, its references replaced; the fallback if there is none."""
        try:
            return self._resolved(section, option, ())
        except MissingOption:
            if fallback is None:
                raise
            return fallback

    def _resolved(self, section, option, pending):
        here = (section, option)
        if here in pending:
            chain = " -> ".join(".".join(step) for step in (*pending, here))
            raise ConfigError(f"references go in a circle: {chain}")

        def replacement(match):
            other, _, name = match[1].rpartition(".")
            return self._resolved(other or section, name, (*pending, here))

        return REFERENCE.sub(replacement, self.raw(section, option))

    def get_int(self, section, option, fallback=None):
        text = self.get(section, option, fallback)
        try:
            return int(text)
        except ValueError:
            raise ConfigError(f"{section}.{option} is no number: {text!r}") from None

    def get_bool(self, section, option, fallback=None):
        text = str(self.get(section, option, fallback)).lower()
        if text in TRUE:
            return True
        if text in FALSE:
            return False
        raise ConfigError(f"{section}.{option} is neither yes nor no: {text!r}")

    def get_list(self, section, option, separator=","):
        text = self.get(section, option, "")
        parts = text.splitlines() if "\n" in text else text.split(separator)
        return [part.strip() for part in parts if part.strip()]

    def merged(self, other):
        """A new configuration in which the other one's options win."""
        result = Config(self.sections)
        for name, options in other.sections.items():
            result.sections.setdefault(name, {}).update(options)
        return result

    def __contains__(self, section):
        return section in self.sections

    def dump(self):
        lines = []
        for name, options in self.sections.items():
            if not options:
                continue
            lines.append(f"[{name}]")
            for option, value in options.items():
                lines.append(f"{option} = " + value.replace("\n", "\n    "))
            lines.append("")
        return "\n".join(lines)
