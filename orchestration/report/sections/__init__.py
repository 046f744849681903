"""The sections of a report, one module each: figures are asked for, rules choose the wording, blocks come out."""
