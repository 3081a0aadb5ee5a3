module weft.benchmarks/echo

go 1.19
