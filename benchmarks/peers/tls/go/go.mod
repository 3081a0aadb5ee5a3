module weft.benchmarks/tls

go 1.19
