/* SPDX-License-Identifier: BSD-2-Clause */
/* The reader of tools/log/ on whole logs, on records that contradict each other, and what it makes of each record. */
#include "tests/host/log_sample.h"

#include "kernel/lib/crc32.h"
#include "tools/log/share.h"

#include <zlib.h>

TEST(crc32_is_zlibs)
{
	const char *text = "123456789";

	CHECK_EQ(crc32_add(0, text, 9), 0xcbf43926);
	CHECK_EQ(crc32_add(crc32_add(0, text, 4), text + 4, 5), 0xcbf43926);
	CHECK_EQ(crc32_add(0, "", 0), crc32(0, NULL, 0));
}

TEST(log_whole_run_is_read)
{
	struct log log = load("pass.log");
	struct seen *s = parse(log.text, log.bytes);

	CHECK_EQ(s->runs, 1);
	CHECK_EQ(s->judgement, JUDGED_PASS);
	CHECK_EQ(s->problems, 0);
	CHECK_EQ(s->passed + s->checks + s->skipped, s->tests);
	CHECK(!strncmp(s->system, "QEMU Standard PC (Q35 + ICH9, 2009)", 35));
	CHECK(strstr(s->options, "tests=context.replace.linux-pre7.*,context.replace.cmpx*"));
	CHECK(s->unit.cap == 0xd2008c222f0606 && s->unit.base == 0xfed90000);
	CHECK(s->dmar_bytes > 48);
	CHECK(!strcmp(s->ids[2], "witness.context.nvme"));
	free(log.text);
}

TEST(log_failure_and_skip_are_read)
{
	struct log log = load("fail.log");
	struct seen *s = parse(log.text, log.bytes);

	CHECK_EQ(s->judgement, JUDGED_FAIL);
	CHECK(s->failed >= 1);
	CHECK_EQ(s->problems, 0);
	free(log.text);
	log = load("skip.log");
	s = parse(log.text, log.bytes);
	CHECK_EQ(s->judgement, JUDGED_SKIP);
	CHECK_EQ(s->problems, 0);
	free(log.text);
}

TEST(log_contradictions)
{
	static const struct {
		const char *after, *what, *with, *problem;
	} ways[] = {
		{ "VTDL-RESULT context.", " pass ", " fail ", "VTDL-RESULT line" },
		{ "", "\r\nok 3 ", "\r\nnot ok 3 ", "KTAP line" },
		{ "VTDL-END v1 ", "pass", "fail", "VTDL-END line" },
		{ " test n=3 ", "id=", "di=", "" },
		{ " sum from=1", " c", " f", "" },
		{ " end log=", "pass", "fail", "" },
		{ " plan tests=", "tests=", "tests=1", "" },
	};
	struct log log = load("pass.log");

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct log bad = replaced(&log, ways[i].after, ways[i].what, ways[i].with);
		struct seen *s = parse(bad.text, bad.bytes);

		/* A block with another byte in it is a lost block, no more: what it said stands elsewhere, too. */
		if (ways[i].problem[0])
			CHECK_EQ(s->judgement, JUDGED_INCOMPLETE);
		CHECK(s->problems > 0);
		if (ways[i].problem[0])
			CHECK(strstr(s->first_problem, ways[i].problem));
		free(bad.text);
	}
	free(log.text);
}

/* A log made of blocks, "|" between their lines and "||" between them, each with its right checksum. */
static struct log made_of(const char *blocks)
{
	struct log log = { malloc(4096), 0 };
	unsigned block = 0;

	for (const char *at = blocks; *at; block++) {
		uint32_t crc = 0;
		unsigned lines = 0;

		for (; *at && *at != '|'; lines++) {
			char *line = log.text + log.bytes;
			int n = (int)strcspn(at, "|");

			log.bytes += (size_t)sprintf(line, "#~1234 %u %.*s\n", block, n, at);
			crc = crc32_add(crc, line, (size_t)(log.text + log.bytes - line));
			at += n;
			at += *at == '|';
		}
		log.bytes += (size_t)sprintf(log.text + log.bytes, "#~1234 %u . %u %08x\n", block,
					     lines, crc);
		at += *at == '|';
	}
	return log;
}

/* Every checksum is right, and the log is none that the kernel writes. */
TEST(log_that_lies_in_its_records)
{
#define RUN   "run log=1 build=x seed=1||plan tests=2 checks=0||"
#define ONE   "test n=1 v=pass id=a.b||"
#define TWO   "test n=2 v=pass id=c.d||"
#define CLOSE "end log=1 v=pass tests=2 planned=2 blocks=5"
	static const struct {
		const char *blocks;
		int judgement;
	} cases[] = {
		{ RUN ONE TWO CLOSE, JUDGED_PASS },
		{ RUN ONE TWO "end log=1 v=pass tests=4294967298 planned=4294967298",
		  JUDGED_INCOMPLETE },
		{ RUN ONE "test n=99 v=pass id=c.d||" CLOSE, JUDGED_INCOMPLETE },
		{ RUN ONE "test v=pass id=c.d||" CLOSE, JUDGED_INCOMPLETE },
		{ RUN ONE TWO "test n=3 v=pass id=e.f||" CLOSE, JUDGED_INCOMPLETE },
		{ RUN ONE TWO "test n=2 v=skip id=c.d||" CLOSE, JUDGED_INCOMPLETE },
		{ RUN ONE TWO "test n=2 v=fail id=c.d||" CLOSE, JUDGED_FAIL },
		{ RUN ONE TWO "end log=1 v=fail tests=2 planned=2||" CLOSE, JUDGED_FAIL },
		{ RUN ONE TWO "end log=1 v=skip tests=2 planned=2||" CLOSE, JUDGED_INCOMPLETE },
		{ RUN ONE TWO "sum from=1 p0.0000 p0.0000||" CLOSE, JUDGED_INCOMPLETE },
		{ RUN ONE TWO "sum from=3 p0.0000||" CLOSE, JUDGED_INCOMPLETE },
		{ "run log=1 build=x seed=1||plan tests=5||" ONE TWO CLOSE, JUDGED_INCOMPLETE },
		{ RUN ONE TWO "end log=2.0 v=pass tests=2 planned=2", JUDGED_INCOMPLETE },
		{ RUN ONE TWO "end log=18446744073709551617 v=pass tests=2 planned=2",
		  JUDGED_INCOMPLETE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct log log = made_of(cases[i].blocks);
		struct seen *s = parse(log.text, log.bytes);

		CHECK_EQ(s->runs, 1);
		if (!CHECK_EQ(s->judgement, cases[i].judgement))
			printf("%s\n", cases[i].blocks);
		CHECK(s->problems || s->judgement == JUDGED_PASS);
		free(log.text);
	}
}

TEST(log_block_lost_but_verdict_known)
{
	struct log log = load("pass.log");
	struct log bad = replaced(&log, " test n=5 ", "id=", "xd=");
	struct seen *s = parse(bad.text, bad.bytes);

	/* The closing block has the verdict, and a hash that proves the name in the line for people. */
	CHECK_EQ(s->judgement, JUDGED_PASS);
	CHECK(s->problems > 0);
	CHECK_EQ(s->lost, 0);
	CHECK(!strcmp(s->ids[4], "context.replace.cmpxchg16b.nvme.hammer"));
	free(bad.text);

	bad = replaced(&log, " sum from=1", " c", " q");
	s = parse(bad.text, bad.bytes);
	CHECK_EQ(s->judgement, JUDGED_PASS);
	CHECK(s->problems > 0);
	free(bad.text);
	free(log.text);
}

TEST(log_what_is_none)
{
	static const char noise[] =
		"VTDL-START v1 build=x\r\nok 1 x\r\nVTDL-RESULT x pass 1 torn\r\n"
		"VTDL-END v1 pass\r\n";
	struct seen *s = parse("", 0);

	CHECK_EQ(s->runs, 0);
	s = parse("no run\n", 7);
	CHECK_EQ(s->runs, 0);
	/* Lines for people alone prove nothing. */
	s = parse(noise, sizeof(noise) - 1);
	CHECK_EQ(s->runs, 1);
	CHECK_EQ(s->judgement, JUDGED_INCOMPLETE);
}

/* A copy of the run, whose texts do not outlive it. */
static void keep(const struct run *r, const char *text, void *context)
{
	static struct run_test tests[8];
	struct run *kept = context;

	(void)text;
	*kept = *r;
	for (size_t i = 0; i < r->test_count && i < 8; i++)
		tests[i] = r->tests[i];
	kept->tests = tests;
}

static struct run *kept(const char *blocks)
{
	static struct run run;
	struct log log = made_of(blocks);

	memset(&run, 0, sizeof(run));
	log_parse("log", log.text, log.bytes, keep, &run);
	free(log.text);
	return &run;
}

static bool is_share(const struct run_test *t, enum share_kind kind, uint64_t harm, uint64_t trials)
{
	struct share s = share_of(t, kind);

	return s.harm == harm && s.trials == trials;
}

/* Torn counts among the DMAs that met stores; in logs that do not say which, among all. */
TEST(log_exposure)
{
	const struct run_test *t;
	struct run *r = kept(
		RUN "test n=1 v=pass id=a.b harms=mixture,stale,blocked|"
		    "tally dmas=100 torn=9 exposed=40 exposed_torn=7 stores=900 rewrites=80 "
		    "held=12 stale=3 tags=30 mistagged=2 out AA=80 np=11 AB*=9||"
		    "test n=2 v=pass id=c.d harms=mixture|"
		    "tally dmas=100 torn=9 rewrites=80 out AA=80 np=11 AB*=9||" CLOSE);

	t = &r->tests[0];
	CHECK(t->has_exposure && t->stores == 900);
	CHECK(is_share(t, SHARE_TORN, 7, 40));
	CHECK(is_share(t, SHARE_TORN_ALL, 9, 100));
	CHECK(is_share(t, SHARE_STALE, 3, 12));
	CHECK(is_share(t, SHARE_MISTAGGED, 2, 30));
	CHECK(is_share(t, SHARE_BLOCKED, 11, 100));
	t = &r->tests[1];
	CHECK(!t->has_exposure);
	CHECK(is_share(t, SHARE_TORN, 9, 100));
	CHECK(is_share(t, SHARE_BLOCKED, 0, 100));
	/* Said to be none, and where nothing was rewritten, none: no bound follows from it. */
	r = kept(RUN
		 "test n=1 v=skip id=a.b harms=none|tally dmas=100 torn=0 exposed=0 rewrites=8||"
		 "test n=2 v=skip id=c.d harms=none|tally dmas=100 torn=0||" CLOSE);
	CHECK(r->tests[0].has_exposure && is_share(&r->tests[0], SHARE_TORN, 0, 0));
	CHECK(is_share(&r->tests[1], SHARE_TORN, 0, 0));
}

TEST(log_costs)
{
	struct run *r = kept(
		RUN
		"test n=1 v=pass id=a.b harms=none|"
		"costs updates=100 blocking=83 dmas=412 refused=97 unended=2 update=1210/3400/20100 "
		"dma=900/1000/1100 blackout=2100/4000/5200 of_tomorrow=1/2/3|"
		"invalidations context=2/412/900/1200 iotlb=1/512|invalidations all=1/5/6/7||"
		"test n=2 v=pass id=c.d|costs updates=x blocking= update=/// dma|invalidations ||" CLOSE);
	const struct costs *c = &r->tests[0].costs;

	CHECK(c->updates == 100 && c->blocking == 83 && c->dmas == 412 && c->refused == 97);
	CHECK(c->unended == 2 && c->update.median == 1210 && c->update.most == 20100);
	CHECK(c->dma.nearly == 1000 && c->blackout.median == 2100 && c->blackout.nearly == 4000);
	CHECK_EQ(c->invalidation_count, 3);
	CHECK(!strcmp(c->invalidations[0].name, "context") && c->invalidations[0].count == 2);
	CHECK(c->invalidations[0].times.nearly == 900);
	CHECK(c->invalidations[1].times.median == 512 && !c->invalidations[1].times.most);
	CHECK(!strcmp(c->invalidations[2].name, "all") && c->invalidations[2].times.most == 7);
	c = &r->tests[1].costs;
	CHECK(!c->updates && !c->blocking && !c->update.median && !c->dma.most);
	CHECK(!c->invalidation_count);
	/* Not of a test: nothing is open. */
	CHECK_EQ(kept(RUN "costs updates=9||" ONE TWO CLOSE)->tests[0].costs.updates, 0);
	/* More kinds than there is room for. */
	r = kept(RUN
		 "test n=1 v=pass id=a.b|invalidations a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1 j=1|"
		 "invalidations k=1 l=1 m=1 n=1 o=1 p=1 q=1 r=1 s=1 t=1 u=1 v=1 w=1 x=1 y=1 z=1||");
	CHECK_EQ(r->tests[0].costs.invalidation_count, INVALIDATIONS_MAX);
}

TEST(log_error_is_no_failure)
{
	struct run *r = kept(RUN "test n=1 v=fail id=a.b why=x class=error||"
				 "test n=2 v=fail id=c.d why=outside||"
				 "end log=1 v=fail tests=2 planned=2 blocks=5");

	CHECK_EQ(r->judgement, JUDGED_FAIL);
	CHECK(r->failed == 2 && r->errors == 1);
	CHECK(r->tests[0].is_error && !r->tests[1].is_error);
	CHECK(!strcmp(class_word(&r->tests[0]), "error"));
	CHECK(!strcmp(class_word(&r->tests[1]), "failure"));
	/* Of a class that this reader does not know, and of a block that is lost. */
	r = kept(RUN "test n=1 v=fail id=a.b class=else||" TWO "sum from=1 f0.0000 p0.0000||"
		     "end log=1 v=fail tests=2 planned=2 blocks=6");
	CHECK(!r->errors && !strcmp(class_word(&r->tests[0]), "failure"));
	r = kept(RUN TWO "sum from=1 f0.0000||end log=1 v=fail tests=2 planned=2 blocks=5");
	CHECK(r->failed == 1 && !strcmp(class_word(&r->tests[0]), "failure or error"));
}

TEST(log_traits_and_walks)
{
	struct run *r = kept(
		"run log=1 build=x seed=1||"
		"traits unit=1 device=nvme rid_pasid=2 absence=1 snoops=0 pasid_cache=7 "
		"rereads=2 mixtures=3 of=75 absent_pasid=0x58 of_tomorrow=2||"
		"test n=1 v=pass check=1 id=concurrency.nvme|walks regime=hammer n=29 dmas=3382 "
		"exposed=487 stores=404926|walks drive=faithful n=15 dmas=5047|"
		"walks regime=third n=1 dmas=1||");
	const struct traits *t = r->traits;
	const struct run_test *test = r->tests;

	CHECK(r->traits_count == 1 && t->unit == 1 && t->absent_pasid == 0x58);
	CHECK(t->mixtures == 3 && t->of == 75);
	for (unsigned i = 0; i < TRAITS; i++)
		CHECK_EQ(t->answers[i],
			 !strcmp(trait_key(i), "rid_pasid") || !strcmp(trait_key(i), "rereads")
				 ? TRAIT_YES
			 : !strcmp(trait_key(i), "absence") ? TRAIT_NO
							    : TRAIT_UNKNOWN);
	CHECK(test->walks_count == 2 && !strcmp(test->walks[1].regime, "faithful"));
	CHECK(test->walks[0].met == 29 && test->walks[0].dmas == 3382);
	CHECK(test->walks[0].exposed == 487 && test->walks[0].stores == 404926);
}

TEST(log_of_a_simulated_unit)
{
	CHECK(!kept(RUN ONE TWO CLOSE)->simulated);
	CHECK(kept("run log=1 build=x seed=1|machine system=simulated+unit simulated=1||")
		      ->simulated);
	CHECK(kept("run log=1 build=x seed=1|sim options=defaults||")->simulated);
}

/* A closing block of which a character is wrong, or that is gone, is no run that was cut. */
TEST(log_end_damaged)
{
	struct log log = load("pass.log"), bad = replaced(&log, " end log=", "blocks=", "blokcs=");
	struct seen *s = parse(bad.text, bad.bytes);
	const char *at;

	CHECK_EQ(s->judgement, JUDGED_INCOMPLETE);
	CHECK(strstr(s->first_problem, "its closing block arrived damaged (lines "));
	free(bad.text);
	at = memmem(log.text, log.bytes, " 15 end log=", 12);
	bad = join(log, (size_t)(at - log.text) - 6, log,
		   (size_t)((char *)memmem(log.text, log.bytes, "VTDL-END", 8) - log.text));
	s = parse(bad.text, bad.bytes);
	CHECK_EQ(s->judgement, JUDGED_INCOMPLETE);
	CHECK(strstr(s->first_problem, "its VTDL-END line arrived"));
	/* Cut. */
	s = parse(log.text, (size_t)(at - log.text) - 6);
	CHECK(strstr(s->first_problem, "it ends without its closing block"));
	free(bad.text);
	free(log.text);
}
