module weft.benchmarks/http

go 1.19
