module weft.benchmarks/micro

go 1.19
