"""What Dagster loads: the definitions of the home that the environment names (`ZHENGXIN_HOME`)."""

from orchestration.home import Home
from orchestration.pipeline.code_location import definitions_of

defs = definitions_of(Home.from_environment())
