"""What a request to GraphQL would change, read with the parser that Dagster's server reads it with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import graphql
from graphql.language import ast

# They change nothing that anybody reads: the page counts its use, and notes that its welcome was seen.
HARMLESS = frozenset({"logTelemetry", "setNuxSeen"})
KEYWORD = ast.OperationType.MUTATION.value


def asked_with(body: bytes) -> dict[str, Any]:
    """What a request brings as JSON: `query`, `variables`, `operationName`; nothing where it is no JSON object."""
    try:
        asked = json.loads(body)
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def mutations_of(asked: Mapping[str, Any]) -> list[str]:
    """Fields of mutations, in order; what lies in a fragment counts as the fragment's name. Empty for what the server
    cannot read."""
    query = str(asked.get("query", ""))
    # Open pages ask several times a second; what lacks the keyword, which has one spelling, need not be parsed.
    if KEYWORD not in query:
        return []
    try:
        document = graphql.parse(query)
    except graphql.GraphQLError:
        return []
    return [
        _name(selection)
        for definition in document.definitions
        if isinstance(definition, ast.OperationDefinitionNode) and definition.operation is ast.OperationType.MUTATION
        for selection in definition.selection_set.selections
    ]


def _name(selection: ast.SelectionNode) -> str:
    return selection.name.value if isinstance(selection, ast.FieldNode | ast.FragmentSpreadNode) else "..."
