int velum_abi(void) { return 1; }
__attribute__((export_name("velum_probe"))) int velum_probe(int a) { return a + velum_abi(); }
