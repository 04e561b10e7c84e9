"""What stands in the way of an export: all of it, in one error."""

from __future__ import annotations

from collections.abc import Sequence


class ExportError(ValueError):
    """A model that cannot be carried exactly, or is no model.

    `problems` holds a sentence for each reason: where it is, what was found there, what would do
    instead. Nothing was written.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems: list[str] = list(problems)
        count = len(self.problems)
        head = "the model cannot be exported" + (f", for {count} reasons" if count > 1 else "")
        super().__init__(head + ":\n" + "\n".join(f"  - {problem}" for problem in self.problems))


class Problems:
    """Collects problems while an exporter reads on."""

    def __init__(self) -> None:
        self._found: list[str] = []

    def add(self, where: str, what: str) -> None:
        """Adds a problem at `where`, once."""
        problem = f"{where}: {what}" if where else what
        if problem not in self._found:
            self._found.append(problem)

    def __bool__(self) -> bool:
        return bool(self._found)

    def raise_if_any(self) -> None:
        """Raises ExportError with all that was found."""
        if self._found:
            raise ExportError(self._found)
