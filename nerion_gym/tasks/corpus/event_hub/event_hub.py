"""Listeners for named events; names form a tree: `order` hears `order.paid` as well."""


class StopEvent(Exception):
    """Raised by a listener that wants no later one to be called."""


class EventHub:
    def __init__(self):
        self._listeners = {}
        self._muted = set()

    def on(self, name, listener=None, *, priority=0, once=False):
        """Register a listener; without one it is a decorator."""
        if listener is None:
            return lambda function: self.on(name, function, priority=priority, once=once)
        entries = self._listeners.setdefault(name, [])
        entries.append((priority, once, listener))
        entries.sort(key=lambda entry: -entry[0])
        return listener

    def off(self, name, listener):
        entries = self._listeners.get(name, [])
        kept = [entry for entry in entries if entry[2] != listener]
        self._listeners[name] = kept
        return len(entries) - len(kept)

    def mute(self, name, muted=True):
        (self._muted.add if muted else self._muted.discard)(name)

    def emit(self, name, /, **details):
        """Call the listeners of an event, then those of its parents; returns what they gave."""
        answers = []
        scope = name
        while scope:
            for _, once, listener in tuple(self._listeners.get(scope, ())):
                if scope in self._muted:
                    continue
                if once:
                    self.off(scope, listener)
                try:
                    answers.append(listener(name, **details))
                except StopEvent:
                    return answers
            scope = scope.rpartition(".")[0]
        return answers
