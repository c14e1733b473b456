/* A library that is not found where the plugin is loaded. */
int nothing_of_a_module(void);
int nothing_of_a_module(void) { return 0; }
