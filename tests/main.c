#include "kernel/kernel.h"
#include "kernel/log.h"
#include "kernel/smp.h"
enum run_result litmus_main(void)
{
	log_note("ap %d", smp_count > 1 ? smp_start(1) : -1);
	return RUN_SKIP;
}
