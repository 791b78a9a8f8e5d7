# SPDX-License-Identifier: BSD-2-Clause
# `make help` says what there is.

CROSS_COMPILE ?= x86_64-linux-gnu-
CC      := $(CROSS_COMPILE)gcc
LD      := $(CROSS_COMPILE)ld
OBJCOPY := $(CROSS_COMPILE)objcopy
NASM    ?= nasm
HOSTCC  ?= gcc

BUILD   ?= build
IMAGE   := $(BUILD)/vtd-litmus.efi
SIGNED  := $(BUILD)/vtd-litmus.signed.efi
MEDIA   := $(BUILD)/vtd-litmus
SANITIZED := $(BUILD)/sanitized/vtd-sim
ELF     := $(BUILD)/vtd-litmus.so
OPTIONS ?=
SEQUENCES ?=
QEMU    ?=
IOMMU   ?=
DEVICES ?=
SCENARIOS ?=
KEY     ?=
CERT    ?=

# The version, and the date of everything that is built: the same sources give the same bytes (reproducible-builds.org).
# In a clone: the last tag (1.2, or 1.2-3-gHASH after it); before the first tag the commit. Sources from `make dist`
# have both in the file VERSION.
VERSION_FILE := $(wildcard VERSION)
BUILD_ID := $(or $(shell $(if $(VERSION_FILE),sed -n 1p VERSION,git describe --match 'v[0-9]*' --always --dirty \
	     --abbrev=9 2>/dev/null | sed 's/^v//')),unknown)
SOURCE_DATE_EPOCH ?= $(or $(shell $(if $(VERSION_FILE),sed -n 2p VERSION,git log -1 --format=%ct 2>/dev/null)),315532800)
SOURCE_DATE_EPOCH := $(SOURCE_DATE_EPOCH)
export SOURCE_DATE_EPOCH

# GNU-EFI: its start-up object and library stand in one of these folders.
EFI_CRT0 = $(firstword $(wildcard $(addsuffix /crt0-efi-x86_64.o,/usr/lib /usr/lib/x86_64-linux-gnu /usr/lib/gnuefi /usr/lib64/gnuefi /usr/lib/x86_64-linux-gnu/gnuefi)))
EFI_DIR  = $(dir $(EFI_CRT0))

# The sequences of tests/catalogue/ as C, for every program that has the catalogue.
SEQUENCES_C := $(BUILD)/catalogue/sequences.c

SOURCES := $(sort $(wildcard boot/*.c kernel/*.c kernel/*/*.c vtd/*.c tests/litmus/*.c tests/inventory/*.c)) $(SEQUENCES_C)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/kernel/trap_stubs.o $(BUILD)/kernel/output/font.o

# No SSE: nobody saves it. No red zone: interrupts use the same stack. Strict about what it accepts.
CFLAGS := -std=gnu11 -O2 -g -ffreestanding -fno-builtin -fpie -fshort-wchar -mno-red-zone \
	  -mgeneral-regs-only -mcx16 -fno-stack-protector -fno-strict-aliasing -fcf-protection=none \
	  -fno-asynchronous-unwind-tables -fvisibility=hidden -Wall -Wextra -Werror \
	  -Wmissing-prototypes -Wstrict-prototypes -I. -MMD -MP
boot_CFLAGS := -isystem /usr/include/efi -isystem /usr/include/efi/x86_64 -DGNU_EFI_USE_MS_ABI

# A `make image` that is refused must not leave the media of the one before, to be written to a stick.
ifneq ($(filter image,$(MAKECMDGOALS)),)
$(if $(findstring n,$(firstword -$(MAKEFLAGS))),,$(shell rm -f $(MEDIA).img $(MEDIA).iso))
endif

GOALS := help packages build image sign dist install uninstall pictures run run-stick sim sim-check sim-model sim-fuzz sim-coverage mutants vtd-log vtd-model matrix pxe docs as-compiled vtd-capture test test-all tested host-tests fuzz format clean
$(foreach goal,$(filter-out $(GOALS),$(MAKECMDGOALS)),$(if $(findstring /,$(goal)),,$(error $(goal): no such goal; make help lists them)))

# A misspelt variable must not start a run that is not the one meant.
VARIABLES := CROSS_COMPILE CC LD OBJCOPY NASM HOSTCC BUILD OPTIONS SEQUENCES QEMU IOMMU DEVICES SCENARIOS KEY CERT \
	     V MODE LOADER RANGE INTERFACE FUZZ_CC FUZZ_RUNS FUZZ_FAST FUZZERS SIM_SECONDS SIM_FLAGS CELLS FONT_DIR MEDIA SIGNED \
	     SOURCE_DATE_EPOCH REPORT_LOGS KUNIT OVMF_CODE OVMF_VARS PREFIX DESTDIR
UNKNOWN := $(filter-out $(VARIABLES) MAKE%,$(foreach v,$(.VARIABLES),$(if \
	     $(filter command,$(firstword $(origin $(v)))),$(v))))
ifneq ($(UNKNOWN),)
$(error $(UNKNOWN): no such variable; there are $(VARIABLES))
endif

.DEFAULT_GOAL := help

# `make V=1` shows the commands.
V ?= 0
Q := $(if $(filter 0,$(V)),@)

# What the goals need: groups of tools/packages.
needs_packages := run
needs_run       = run $(if $(SEQUENCES),$(needs_image))
needs_run-stick = run $(needs_image)
needs_mutants  := run
needs_matrix   := run test
needs_image     = image $(if $(KEY)$(CERT),sign)
needs_sign     := sign
needs_pxe      := pxe
needs_test-all := run image sign pxe log man rack test
needs_test     := run image sign pxe log rack test
needs_vtd-log  := log
needs_vtd-capture := log
needs_as-compiled := log
needs_dist     := image log man
needs_install  := image log man
needs_pictures := run log pictures
NEEDS := build $(sort $(foreach goal,$(MAKECMDGOALS),$(needs_$(goal))))

# Secure Boot: `make sign` must have a key, `make image` may.
SIGNING := $(or $(filter sign,$(MAKECMDGOALS)),$(and $(filter image,$(MAKECMDGOALS)),$(KEY)$(CERT)))
ifneq ($(SIGNING),)
ifeq ($(and $(wildcard $(KEY)),$(wildcard $(CERT))),)
$(error signing needs KEY=file (private key, PEM) and CERT=file (its certificate, PEM), and both must \
exist: KEY is "$(KEY)", CERT is "$(CERT)"; docs/boot-media.md says how to make them)
endif
endif

# Sequences of your own (docs/notation.md), where they take part.
GIVEN = $(if $(SEQUENCES),--sequences "$(SEQUENCES)")
ifeq ($(MAKELEVEL)$(if $(SEQUENCES),,none),0)
ifeq ($(filter run run-stick image pxe sim,$(MAKECMDGOALS)),)
$(error SEQUENCES=file is for make run, run-stick, image, pxe and sim)
endif
endif

RUN_WITH = $(if $(QEMU),--qemu $(QEMU)) $(if $(IOMMU),--iommu $(IOMMU)) $(foreach d,$(DEVICES),--device $(d))

help: ## this list
	@echo "vtd-litmus: is a VT-d table update safe on this machine?"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24
	@echo 'Variables: OPTIONS="key=value ..." (docs/options.md), SEQUENCES=file of your own (docs/notation.md),'
	@echo '  QEMU=/path/to/qemu-system-x86_64,'
	@echo '  IOMMU=properties of intel-iommu (first-stage=on: QEMU 10 and later; scalable=off),'
	@echo '  DEVICES=more devices for QEMU, e.g. DEVICES=e1000e OPTIONS=dma=e1000e,'
	@echo '  CROSS_COMPILE=prefix-, BUILD=folder, KEY=key.pem CERT=certificate.pem for Secure Boot,'
	@echo '  SCENARIOS="globs" of make test, INTERFACE= MODE= LOADER= RANGE= of make pxe (docs/rack.md), V=1'

packages: ## look for what building and running needs, install what is missing
	@tools/packages $(NEEDS)

build: packages ## build/vtd-litmus.efi
	@$(MAKE) --no-print-directory $(JOBS) $(IMAGE)

image: build ## boot media: build/vtd-litmus.img (USB stick), .iso (virtual media, CD), with OPTIONS
	@$(if $(SIGNING),$(MAKE) --no-print-directory $(SIGNED))
	@tools/image $(GIVEN) $(if $(SIGNING),$(SIGNED),$(IMAGE)) $(MEDIA) $(OPTIONS)
	@echo "$(MEDIA).img and .iso$(if $(SIGNING), (signed)): docs/boot-media.md says how to use them"

sign: build ## build/vtd-litmus.signed.efi, for Secure Boot with your own KEY and CERT
	@$(MAKE) --no-print-directory $(SIGNED)
	@echo "$(SIGNED), signed by $$(openssl x509 -in $(CERT) -noout -subject)"

# A misspelt option is refused before anything boots, and before the last run's log is moved.
CHECK_OPTIONS = BUILD=$(BUILD) HOSTCC="$(HOSTCC)" tools/check-options $(GIVEN)

run: build ## boot it in QEMU/OVMF and print verdicts; the log is build/run/serial.log
	@$(CHECK_OPTIONS) $(OPTIONS)
ifeq ($(SEQUENCES),)
	@tools/run --image $(IMAGE) --log $(BUILD)/run/serial.log $(RUN_WITH) -- $(OPTIONS)
else
	@mkdir -p $(BUILD)/run
	@tools/image $(GIVEN) $(IMAGE) $(BUILD)/run/stick $(OPTIONS) on-done=exit
	@tools/run --stick $(BUILD)/run/stick.img --image $(IMAGE) --log $(BUILD)/run/serial.log $(RUN_WITH) -- $(OPTIONS)
endif

run-stick: build ## the same from an image of a USB stick, as a machine boots it (build/run/stick.img)
	@mkdir -p $(BUILD)/run
	@tools/image $(GIVEN) $(IMAGE) $(BUILD)/run/stick $(OPTIONS) on-done=exit
	@tools/run --stick $(BUILD)/run/stick.img --image $(IMAGE) --log $(BUILD)/run/stick.log $(RUN_WITH)

mutants: build ## every mutant of every sequence: unsafe by the model? seen on the metal?
	@$(CHECK_OPTIONS) $(OPTIONS)
	@tools/run --image $(IMAGE) --log $(BUILD)/run/mutants.log $(RUN_WITH) -- run=mutants $(OPTIONS)

# Jobs for all cores, unless -j says how many. How long they take goes to the times of the tests: wall, then processors.
JOBS = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
define build_tested
	@start=$$(date +%s); $(MAKE) --no-print-directory $(JOBS) tested $(1) && times > $(BUILD)/tests.built && \
		awk -v wall=$$(($$(date +%s) - start)) '{ gsub("s", ""); split($$1 "m" $$2, t, "m") } \
		END { printf "%7.1f %7.1f build\n", wall, 60 * (t[1] + t[3]) + t[2] + t[4] }' $(BUILD)/tests.built > $(BUILD)/tests.built.new && \
		mv $(BUILD)/tests.built.new $(BUILD)/tests.built
endef

# Before anything is built for it.
known-scenarios:
	@set -f; tests/all --known $(SCENARIOS)

test: known-scenarios build ## host unit tests under sanitizers, vtd-sim, the scenarios of the main job in QEMU; or SCENARIOS="globs"
	$(call build_tested)
	@set -f; BUILD=$(BUILD) QEMU="$(QEMU)" tests/all $(or $(SCENARIOS),--main)

test-all: build ## the same, and all other scenarios in QEMU (24 minutes)
	$(call build_tested,$(BUILD)/vtd-capture)
	@BUILD=$(BUILD) QEMU="$(QEMU)" tests/all

MODE   ?= proxy
LOADER ?= ipxe
pxe: build ## serve it to machines that boot from the network, INTERFACE=eth1 (docs/rack.md)
	@tools/pxe --image $(IMAGE) --folder $(BUILD)/pxe --interface "$(INTERFACE)" --mode $(MODE) \
		--loader $(LOADER) $(GIVEN) $(if $(RANGE),--range $(RANGE)) $(if $(filter-out 0,$(V)),--verbose) -- $(OPTIONS)

sim: $(BUILD)/vtd-sim ## every test on a simulated unit, adversarial, in seconds, without QEMU; OPTIONS as of run
	@$(CHECK_OPTIONS) $(filter-out sim.%,$(OPTIONS))
	@mkdir -p $(BUILD)/run
	@$(BUILD)/vtd-sim $(if $(SEQUENCES),"--sequences=$(SEQUENCES)") $(OPTIONS) > $(BUILD)/run/sim.new.log; status=$$?; \
		[ $$status -ne 3 ] || { rm $(BUILD)/run/sim.new.log; exit $$status; }; \
		[ ! -s $(BUILD)/run/sim.log ] || mv $(BUILD)/run/sim.log $(BUILD)/run/sim.previous.log; \
		mv $(BUILD)/run/sim.new.log $(BUILD)/run/sim.log; \
		grep -E '^(not ok|# (simulated|[a-z0-9-]+: [0-9]+ known|  not seen|  (FAIL|ERROR)|tests=|option |given: |[0-9]+ passed)|VTDL-END)' \
			$(BUILD)/run/sim.log; \
		[ -z "$(SEQUENCES)" ] || awk '/^# [a-z-]+[.]/ { test = "" } { test = test $$0 "\n" } \
			/^(not )?ok / { if (/_[0-9a-f]+[.]/) printf "%s", test; test = "" }' $(BUILD)/run/sim.log; \
		echo "whole log: $(BUILD)/run/sim.log"; exit $$status

sim-check: $(BUILD)/vtd-sim $(SANITIZED) ## what vtd-sim must show: permitted units pass, planted faults fail
	@BUILD=$(BUILD) tests/sim/check

CELLS ?=
sim-model: $(BUILD)/vtd-cells ## the model against the simulated unit, cell by cell (seconds); CELLS=all: mutants and made-up sequences too (an hour)
	@BUILD=$(BUILD) tests/sim/cells $(CELLS)

SIM_SECONDS ?= 60
sim-fuzz: $(BUILD)/vtd-sim ## random units that the specification permits, for SIM_SECONDS
	@BUILD=$(BUILD) tests/sim/fuzz $(SIM_SECONDS)

# vtd-sim, compiled in another way, in a folder of its own.
$(SANITIZED): FORCE
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/sanitized \
		SIM_FLAGS="-O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined" $@

sim-coverage: ## lines of tests/ and vtd/ that runs of vtd-sim come to, file by file
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/coverage SIM_FLAGS="--coverage -O1" $(BUILD)/coverage/vtd-sim
	@BUILD=$(BUILD)/coverage tests/sim/coverage

vtd-log: packages ## build/vtd-log: what serial logs say, one or thousands (docs/log-format.md)
	@$(MAKE) --no-print-directory $(BUILD)/vtd-log
	@echo "$(BUILD)/vtd-log show LOG shows a log; $(BUILD)/vtd-log --help has its other commands"

# What people get: the image, media of it, and the programs for a PC, with a man page each, of their --help.
PROGRAMS := vtd-log vtd-model vtd-sim vtd-capture
PREFIX   ?= /usr/local
DIST      = $(BUILD)/dist/vtd-litmus-$(BUILD_ID)
SHARE     = $(DESTDIR)$(PREFIX)/share

dist: build ## build/dist/vtd-litmus-VERSION.tar.xz, to give away: image, media, programs, docs; and the sources
	@$(MAKE) --no-print-directory $(PROGRAMS:%=$(BUILD)/%)
	@tools/dist --build $(BUILD) --version $(BUILD_ID) $(PROGRAMS)

install: dist ## image, media, vtd-log, vtd-sim, man pages, docs to PREFIX (/usr/local), below DESTDIR
	@install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/man/man1 $(SHARE)/doc/vtd-litmus $(SHARE)/vtd-litmus
	@install -m 755 $(DIST)/bin/* $(DESTDIR)$(PREFIX)/bin
	@install -m 644 $(DIST)/man/man1/* $(SHARE)/man/man1
	@install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/vtd-litmus $(DIST)/lib/*
	@install -m 644 $(DIST)/vtd-litmus.* $(SHARE)/vtd-litmus
	@cp -r --no-preserve=mode,ownership $(DIST)/*.md $(DIST)/LICENSE $(DIST)/docs $(DIST)/licences $(SHARE)/doc/vtd-litmus
	@echo "installed: vtd-litmus $(BUILD_ID); programs in $(DESTDIR)$(PREFIX)/bin, the image in $(SHARE)/vtd-litmus"

uninstall: ## remove what make install put there, with the same PREFIX and DESTDIR
	@rm -f $(PROGRAMS:%=$(DESTDIR)$(PREFIX)/bin/%) $(foreach p,$(PROGRAMS),$(SHARE)/man/man1/$p.1 $(SHARE)/man/man1/$p-*.1)
	@rm -rf $(SHARE)/vtd-litmus $(SHARE)/doc/vtd-litmus $(DESTDIR)$(PREFIX)/lib/vtd-litmus

pictures: build ## docs/pictures/*.png anew, of a run in QEMU and of its report
	@$(MAKE) --no-print-directory $(BUILD)/vtd-log
	@BUILD=$(BUILD) QEMU="$(QEMU)" tools/pictures

vtd-capture: packages ## build/vtd-capture: what a kernel, as compiled, does to its tables (docs/capture.md)
	@$(MAKE) --no-print-directory $(BUILD)/vtd-capture
	@echo "$(BUILD)/vtd-capture record runs a kernel in QEMU 9.2 or later; tools/packaged-qemu 10 unpacks one"

vtd-model: packages ## build/vtd-model: is this order of stores safe? (docs/notation.md)
	@$(MAKE) --no-print-directory $(BUILD)/vtd-model

matrix: build ## all 256 combinations of eight properties of QEMU's unit (half an hour)
	@BUILD=$(BUILD) QEMU="$(QEMU)" tests/matrix

docs: $(BUILD)/host/sequences $(BUILD)/vtd-model ## docs/sequences.md, systems.md and specification.md, from the catalogue, the model and tests/rules.txt
	@$(BUILD)/host/sequences > docs/sequences.md
	@BUILD=$(BUILD) tools/systems > $(BUILD)/systems.md
	@mv $(BUILD)/systems.md docs/systems.md
	@BUILD=$(BUILD) tools/rules > $(BUILD)/specification.md
	@mv $(BUILD)/specification.md docs/specification.md
	@echo "docs/as-compiled.md stays as it is: it is made from captures of kernels, by make as-compiled (an hour and more)"

as-compiled: packages ## docs/as-compiled.md: capture kernels of Debian and Xen in QEMU 10, an hour and more, and write it
	@BUILD=$(BUILD) tools/kernels

host-tests: $(BUILD)/host/unit-tests ## the host unit tests alone
	@$(BUILD)/host/unit-tests

# clang has libFuzzer; each fuzzer names in its first lines the sources it needs besides itself.
FUZZ_CC   ?= $(firstword $(shell command -v clang clang-19 clang-16 clang-14) clang)
FUZZ_RUNS ?= 1000000
FUZZERS   ?= fuzz_*
FUZZ_ARGUMENTS := -verbosity=0 -print_final_stats=1
# FUZZ_FAST=1: ten times as many, which know less of what comparisons ask for.
FUZZ_ARGUMENTS += $(if $(FUZZ_FAST),-max_len=1024 -entropic=0,-max_len=2048 -use_value_profile=1)
FUZZ_FLAGS     := -g -I. -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
		$(if $(FUZZ_FAST),-O2 -fno-sanitize-coverage=trace-cmp,-O1)
fuzz: ## run the fuzzers (needs clang), FUZZ_RUNS=N inputs each, from tests/host/corpus/ on; FUZZERS=fuzz_notation, FUZZ_FAST=1
	@for f in $(wildcard tests/host/$(FUZZERS).c); do \
		name=$$(basename $$f .c); \
		mkdir -p $(BUILD)/fuzz/$$name.corpus; \
		$(FUZZ_CC) $(FUZZ_FLAGS) $$f \
			$$(sed -n 's#^/\* needs: \(.*\) \*/#\1#p' $$f) -o $(BUILD)/fuzz/$$name && \
		$(if $(FUZZ_FAST),ASAN_OPTIONS=quarantine_size_mb=2) $(BUILD)/fuzz/$$name -runs=$(FUZZ_RUNS) $(FUZZ_ARGUMENTS) \
			-artifact_prefix=$(BUILD)/fuzz/$$name- $(BUILD)/fuzz/$$name.corpus \
			tests/host/corpus/$$name > $(BUILD)/fuzz/$$name.log 2>&1 || \
			{ tail -40 $(BUILD)/fuzz/$$name.log; exit 1; }; \
		echo "$$name: $$(sed -n 's/^stat::number_of_executed_units: *//p' \
			$(BUILD)/fuzz/$$name.log) runs, no finding"; \
	done

format: ## put the C sources into the house style
	clang-format -i $(shell git ls-files '*.[ch]')

clean: ## remove build/
	rm -rf $(BUILD)

$(IMAGE): $(ELF)
	$(Q)$(OBJCOPY) --target efi-app-x86_64 --subsystem=10 --strip-all -j .text -j .reloc -j .rodata \
		-j .data -j .sbat -j .dynamic -j .rela -j .dynsym -j .dynstr $< $@

# Each time: the key may be another one.
$(SIGNED): $(IMAGE) FORCE
	$(Q)sbsign --key $(KEY) --cert $(CERT) --output $@ $< 2> $@.log || { cat $@.log >&2; exit 1; }

$(ELF): $(OBJECTS) linker.ld
	$(Q)$(LD) -nostdlib -znocombreloc -shared -Bsymbolic --no-undefined -z noexecstack \
		--no-warn-rwx-segments -T linker.ld $(EFI_CRT0) $(OBJECTS) -L$(EFI_DIR) -lgnuefi -o $@

# For the scenarios: firmware that leaves VT-d on, with the image inside.
FIRMWARE := $(BUILD)/tests/boot/firmware

# What the tests need.
tested: $(BUILD)/host/unit-tests $(BUILD)/host/sequences $(BUILD)/host/tables $(BUILD)/vtd-log $(BUILD)/vtd-model $(BUILD)/vtd-sim $(BUILD)/vtd-cells $(SANITIZED) \
		$(BUILD)/host/synthesize $(FIRMWARE).efi

$(FIRMWARE).efi: $(FIRMWARE).so
	$(Q)$(OBJCOPY) --target efi-app-x86_64 --subsystem=10 --strip-all -j .text -j .reloc -j .rodata \
		-j .data -j .dynamic -j .rela -j .dynsym -j .dynstr $< $@

$(FIRMWARE).so: $(FIRMWARE).o $(FIRMWARE)_image.o $(FIRMWARE)_la57.o $(BUILD)/vtd/dmar.o $(BUILD)/kernel/lib/string.o linker.ld
	$(Q)$(LD) -nostdlib -znocombreloc -shared -Bsymbolic --no-undefined -z noexecstack \
		--no-warn-rwx-segments -T linker.ld $(EFI_CRT0) $(filter %.o,$^) -L$(EFI_DIR) -lgnuefi -o $@

$(FIRMWARE)_image.o: tests/boot/firmware_image.asm $(IMAGE)
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf64 -Werror -DIMAGE='"$(IMAGE)"' $< -o $@

$(FIRMWARE)_la57.o: tests/boot/firmware_la57.asm
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf64 -Werror $< -o $@

tests/boot/firmware_CFLAGS = $(boot_CFLAGS)

$(SEQUENCES_C): $(BUILD)/catalogue/catalogue $(sort $(wildcard tests/catalogue/*.seq)) tests/catalogue
	$(Q)$< $(filter %.seq,$^) > $@.new
	$(Q)mv $@.new $@

NOTATION := $(addprefix tests/litmus/,notation.c notation_field.c notation_print.c notation_step.c sequence.c) kernel/lib/format.c
$(BUILD)/catalogue/catalogue: tools/catalogue.c $(NOTATION) tests/litmus/notation.h tests/litmus/sequence.h
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=gnu11 -O1 -Wall -Wextra -Werror -I. $(filter %.c,$^) -o $@

$(BUILD)/%.o: %.c $(BUILD)/image.flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $($(firstword $(subst /, ,$<))_CFLAGS) $($*_CFLAGS) -c $< -o $@

# What runs once and prints: small counts, fast does not.
$(foreach f,vtd/decode vtd/oddities vtd/oddities_text vtd/oddities_units \
	$(basename $(wildcard tests/inventory/*.c kernel/firmware/*.c)),$(eval $(f)_CFLAGS := -Os))

# Only these know the build id, so a new commit recompiles nothing else.
boot/main_CFLAGS = -DBUILD_ID='"$(BUILD_ID)"' -DBUILD_ID_WIDE='L"$(BUILD_ID)"'
boot/sbat_CFLAGS = -DBUILD_ID='"$(BUILD_ID)"'
$(BUILD)/boot/main.o $(BUILD)/boot/sbat.o: $(BUILD)/id
kernel/smp_CFLAGS = -DTRAMPOLINE_FILE='"$(BUILD)/boot/ap_trampoline.bin"'
$(BUILD)/kernel/smp.o: $(BUILD)/boot/ap_trampoline.bin

$(BUILD)/id: FORCE
	@mkdir -p $(@D)
	@echo '$(BUILD_ID)' | cmp -s - $@ || echo '$(BUILD_ID)' > $@

# What was compiled with other flags is compiled again. Written only if they differ: scenarios call make side by side.
$(BUILD)/image.flags: FLAGS = $(CC) $(CFLAGS) $(boot_CFLAGS)
$(BUILD)/host.flags: FLAGS = $(HOSTCC) $(HOST_CFLAGS)
$(BUILD)/sim.flags: FLAGS = $(HOSTCC) $(SIM_CFLAGS)
$(BUILD)/log.flags: FLAGS = $(HOSTCC) $(LOG_CFLAGS)
$(BUILD)/%.flags: FORCE
	$(shell mkdir -p $(@D))$(if $(findstring "$(FLAGS)","$(file <$@)"),,$(file >$@,$(FLAGS)))

$(BUILD)/boot/ap_trampoline.bin: boot/ap_trampoline.asm
	@mkdir -p $(@D)
	$(Q)$(NASM) -f bin -Werror $< -o $@

$(BUILD)/kernel/trap_stubs.o: kernel/trap_stubs.asm
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf64 -Werror $< -o $@

FONT_DIR ?= /usr/share/consolefonts

$(BUILD)/kernel/output/font.o: kernel/output/font.asm $(BUILD)/font/8x16.psf $(BUILD)/font/16x32.psf
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf64 -Werror -DFONT_8X16='"$(BUILD)/font/8x16.psf"' \
		-DFONT_16X32='"$(BUILD)/font/16x32.psf"' $< -o $@

$(BUILD)/font/%.psf: $(FONT_DIR)/spleen-%.psfu.gz
	@mkdir -p $(@D)
	$(Q)gzip -dc $< > $@

# No path of this machine in what is given away, and none of its build folder.
HERE_AS_DOT := -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(BUILD)/=build/

# Models of devices, and the drivers that run on them: their register accesses go to the bus of tests/sim/devices/.
# A driver kernel/dma/NAME.c whose model is tests/sim/devices/NAME.c is one of them, as are its unit tests tests/host/test_NAME.c.
ON_BUS_NAMES := $(filter $(basename $(notdir $(wildcard kernel/dma/*.c))),$(basename $(notdir $(wildcard tests/sim/devices/*.c))))
DRIVERS := $(addprefix kernel/dma/,$(addsuffix .c,$(ON_BUS_NAMES)) flr.c nvme_read.c)
MODELS  := $(addprefix tests/sim/devices/,register_bus.c $(addsuffix .c,$(ON_BUS_NAMES)))
ON_BUS  := $(DRIVERS) $(MODELS)

# What does not touch hardware, on the build machine, where errors of memory and arithmetic trap.
PARSERS      := $(filter-out kernel/firmware/identity.c kernel/firmware/acpi.c,$(wildcard kernel/firmware/*.c))
# The unit in software, without the machine that vtd-sim puts around it.
UNIT_SOURCES := $(addprefix tests/sim/,caches.c drops.c faults.c options.c page_requests.c paging.c queue.c random.c registers.c \
		remap.c scalable.c walk.c)
PURE_TESTS   := $(wildcard tests/litmus/model*.c tests/litmus/notation*.c tests/litmus/target*.c) $(SEQUENCES_C) $(addprefix tests/litmus/,building.c \
		fault_log.c predict.c sequence.c stores.c) tests/inventory/hidden.c tests/inventory/memory.c
# Of vtd-capture what needs neither QEMU nor files.
CAPTURE_PURE := $(addprefix tools/capture/,common.c config.c descriptor.c entry_fields.c insn.c paging_place.c paging_transitions.c place.c records.c \
		recorder.c seen.c shadow.c shape.c shape_steps.c symbols.c tables.c tables_paging.c transitions.c units.c unmappings.c unwind.c verdict.c \
		verdict_paging.c walk.c)
HOST_SOURCES := $(filter-out tests/host/check_or_end.c,$(wildcard tests/host/*.c)) $(wildcard tests/sim/devices/*.c vtd/*.c kernel/dma/*.c) $(PARSERS) \
		kernel/firmware/acpi.c kernel/options.c $(addprefix kernel/lib/,crc32.c format.c glob.c parse.c) \
		$(addprefix kernel/output/,pci_uart.c screen.c uart.c) \
		boot/device_path.c boot/load_options.c boot/pxe_reply.c $(PURE_TESTS) tests/litmus/foreign.c tests/litmus/quantiles.c $(UNIT_SOURCES) \
		$(CAPTURE_PURE) tools/model/kinds.c tools/model/used.c \
		$(addprefix tools/log/,arena.c bits.c build.c build_bits.c build_costs.c build_run.c build_test.c costs.c judge.c names.c read.c share.c statistics.c terminal.c words.c)
HOST_CFLAGS  := -std=gnu11 -g -O1 -Wall -Wextra -Werror -I. -MMD -MP \
		-fsanitize=address,undefined -fno-sanitize-recover=undefined
HOST_OBJECTS := $(HOST_SOURCES:%.c=$(BUILD)/host/%.o)

$(CAPTURE_PURE:%.c=$(BUILD)/host/%.o) $(BUILD)/host/tests/host/capture_guest.o: HOST_CFLAGS += -D_GNU_SOURCE

$(BUILD)/host/%.o: %.c $(BUILD)/host.flags
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) $(fuzzer_name) -c $< -o $@

# In the unit tests each fuzzer is a function of its own, which gets what is in its corpus.
fuzzer_name = $(if $(filter fuzz_%,$(*F)),-DLLVMFuzzerTestOneInput=$(*F))

$(addprefix $(BUILD)/host/,$(ON_BUS:.c=.o) $(addprefix tests/host/test_,$(addsuffix .o,$(ON_BUS_NAMES)) tagged.o)): HOST_CFLAGS += -include tests/sim/devices/register_bus_names.h

$(BUILD)/host/unit-tests: $(HOST_OBJECTS) $(BUILD)/kernel/output/font.o
	$(Q)$(HOSTCC) $(HOST_CFLAGS) $^ -lz -lm -o $@

$(BUILD)/host/sequences: $(addprefix $(BUILD)/host/,tools/sequences.o tools/model/kinds.o tests/host/bench.o tests/host/sim_unit.o tests/host/check_or_end.o \
		$(patsubst %.c,%.o,$(filter-out tests/inventory/hidden.c,$(PURE_TESTS)) $(wildcard vtd/*.c) $(UNIT_SOURCES) \
		kernel/lib/format.c))
	$(Q)$(HOSTCC) $(HOST_CFLAGS) $^ -lz -lm -o $@

$(BUILD)/host/tables: $(addprefix $(BUILD)/host/,tools/tables.o tests/inventory/dmar.o vtd/dmar.o kernel/lib/format.o \
		$(PARSERS:.c=.o))
	$(Q)$(HOSTCC) $(HOST_CFLAGS) $^ -o $@

# vtd-model: the model and the notation, for a laptop; not sanitized, for it is to be fast.
MODEL_OBJECTS := $(patsubst %.c,$(BUILD)/model/%.o,$(wildcard tools/model/*.c vtd/*.c) tests/host/bench.c tests/host/sim_unit.c \
		tests/host/check_or_end.c \
		$(filter-out tests/inventory/%,$(PURE_TESTS)) $(UNIT_SOURCES) kernel/lib/format.c)

MODEL_CFLAGS  := -std=gnu11 -g -O2 -Wall -Wextra -Werror -I. -MMD -MP

$(BUILD)/model/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(MODEL_CFLAGS) -c $< -o $@

$(BUILD)/model/tools/model/main.o: MODEL_CFLAGS += -DBUILD_ID='"$(BUILD_ID)"'
$(BUILD)/model/tools/model/main.o: $(BUILD)/id

$(BUILD)/vtd-model: $(MODEL_OBJECTS)
	$(Q)$(HOSTCC) $^ -ljansson -o $@

# vtd-capture: what an operating system does to its tables, recorded in QEMU (docs/capture.md), and the plugin that QEMU
# loads: in the form of version 4 of its interface (QEMU 9.2 to 11.0) and of version 7 (11.1).
PLUGIN_SOURCES  := $(addprefix tools/capture/,config.c insn.c instrument.c plugin.c recorder.c tables.c tables_paging.c units.c vcpu.c walk.c) vtd/dmar.c kernel/lib/crc32.c
PLUGINS         := $(BUILD)/vtd-capture-plugin-4.so $(BUILD)/vtd-capture-plugin-7.so
CAPTURE_OBJECTS := $(patsubst %.c,$(BUILD)/model/%.o,$(filter-out tools/capture/guest.c $(PLUGIN_SOURCES),$(wildcard tools/capture/*.c)) kernel/lib/crc32.c) \
		$(filter-out $(addprefix $(BUILD)/model/tools/model/,$(addsuffix .o,$(filter-out kinds used,$(basename $(notdir $(wildcard tools/model/*.c)))))),$(MODEL_OBJECTS))

$(BUILD)/model/tools/capture/%.o: MODEL_CFLAGS += -D_GNU_SOURCE
$(BUILD)/model/tools/capture/main.o: MODEL_CFLAGS += -DBUILD_ID='"$(BUILD_ID)"'
$(BUILD)/model/tools/capture/main.o: $(BUILD)/id
$(BUILD)/model/tools/capture/initramfs.o: tools/capture/guest-init $(BUILD)/capture-guest
$(BUILD)/model/tools/capture/initramfs.o: MODEL_CFLAGS += -DGUEST_PROGRAM='"$(BUILD)/capture-guest"'

# A program for the guest, on its own: no library of this machine's.
$(BUILD)/capture-guest: tools/capture/guest.c
	$(Q)$(CC) -std=gnu11 -Os -Wall -Wextra -Werror -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables -fno-pie \
		-no-pie -static -nostdlib -s -Wl,--build-id=none $< -o $@

$(BUILD)/vtd-capture: $(CAPTURE_OBJECTS) $(PLUGINS)
	$(Q)$(HOSTCC) $(CAPTURE_OBJECTS) -lz -ljansson -o $@

$(BUILD)/vtd-capture-plugin-%.so: $(PLUGIN_SOURCES) $(wildcard tools/capture/*.h)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(filter-out -MMD -MP,$(MODEL_CFLAGS)) $(HERE_AS_DOT) -D_GNU_SOURCE -fPIC -shared -fvisibility=hidden -DPLUGIN_API=$* \
		$(filter %.c,$^) -o $@

# vtd-sim: the tests on a simulated machine. Each source but these knows nothing of it; tests/sim/include/ has
# kernel/cpu.h in place of the kernel's. What drives a model of a device is compiled as for the unit tests.
SIM_ON_BUS  := $(ON_BUS) tests/sim/bus.c
SIM_NICS    := $(wildcard kernel/dma/intel_*.c tests/sim/devices/nic*.c) kernel/dma/aspm.c
SIM_SOURCES := $(SEQUENCES_C) $(wildcard tests/litmus/*.c tests/inventory/*.c vtd/*.c) $(filter-out tests/sim/bus.c,$(wildcard tests/sim/*.c)) \
		$(SIM_ON_BUS) $(SIM_NICS) $(addprefix kernel/,memory.c options.c pci.c pci_messages.c pci_page_requests.c run.c) \
		kernel/dma/choice.c $(addprefix kernel/lib/,crc32.c format.c glob.c parse.c) $(addprefix kernel/output/,log.c record.c) \
		$(addprefix kernel/firmware/,acpi.c acpi_table.c madt.c mcfg.c)
SIM_OBJECTS := $(SIM_SOURCES:%.c=$(BUILD)/sim/%.o)
SIM_FLAGS   ?= -O3 -flto=auto -Wno-maybe-uninitialized # seen through more calls than a person does
SIM_CFLAGS  := -std=gnu11 -g $(HERE_AS_DOT) -O2 -mcx16 -fno-strict-aliasing -Wall -Wextra -Werror -Itests/sim/include -I. -MMD -MP \
		$(SIM_FLAGS)

$(BUILD)/sim/%.o: %.c $(BUILD)/sim.flags
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(SIM_CFLAGS) -c $< -o $@

$(SIM_ON_BUS:%.c=$(BUILD)/sim/%.o): SIM_CFLAGS += -include tests/sim/devices/register_bus_names.h
$(SIM_NICS:%.c=$(BUILD)/sim/%.o): SIM_CFLAGS += -include tests/sim/devices/nic_names.h
$(BUILD)/sim/tests/sim/main.o: SIM_CFLAGS += -DBUILD_ID='"$(BUILD_ID)"'
$(BUILD)/sim/tests/sim/main.o: $(BUILD)/id

# A DMA passes through a dozen files of small functions: optimised as one program it takes two thirds of the time.
$(BUILD)/vtd-sim: $(SIM_OBJECTS)
	$(Q)$(HOSTCC) $(SIM_CFLAGS) $^ -lpthread -o $@

# vtd-cells: the same machine, and in place of the tests the model held against its unit.
CELLS_OBJECTS := $(patsubst %.c,$(BUILD)/sim/%.o,$(wildcard tests/cells/*.c)) $(filter-out $(BUILD)/sim/tests/litmus/main.o,$(SIM_OBJECTS))

$(BUILD)/vtd-cells: $(CELLS_OBJECTS)
	$(Q)$(HOSTCC) $(SIM_CFLAGS) $^ -lpthread -o $@

# The log reader, for the build machine: it shares the format, the sequences and the reasons with the kernel.
# Of vtd/ it needs tables and names; what would touch a unit goes unlinked.
LOG_SOURCES := $(filter-out tools/log/synthesize%,$(wildcard tools/log/*.c)) $(SEQUENCES_C) $(NOTATION) \
		vtd/fault_text.c vtd/decode.c vtd/decode_table.c
LOG_CFLAGS  := -std=gnu11 -g $(HERE_AS_DOT) -O2 -Wall -Wextra -Werror -I. -MMD -MP -ffunction-sections \
		-isystem /usr/include/libxml2
LOG_OBJECTS := $(LOG_SOURCES:%.c=$(BUILD)/log/%.o)

$(BUILD)/log/%.o: %.c $(BUILD)/log.flags
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(LOG_CFLAGS) -c $< -o $@

$(BUILD)/log/tools/log/main.o: LOG_CFLAGS += -DBUILD_ID='"$(BUILD_ID)"'
$(BUILD)/log/tools/log/main.o: $(BUILD)/id

$(BUILD)/vtd-log: $(LOG_OBJECTS)
	$(Q)$(HOSTCC) $^ -Wl,--gc-sections -lz -ljansson -lxml2 -lm -o $@

$(BUILD)/log/tools/log/report_text.o: tools/log/report.css tools/log/report.js

# What looks at options before anything is made of them: tools/check-options.
CHECK_OBJECTS := $(patsubst %.c,$(BUILD)/log/%.o,tools/check-options.c kernel/options.c kernel/dma/choice.c $(addprefix kernel/lib/,glob.c parse.c) \
		$(SEQUENCES_C) $(NOTATION) tests/litmus/target.c tests/litmus/foreign.c kernel/lib/crc32.c)
$(BUILD)/log/check-options: $(CHECK_OBJECTS)
	$(Q)$(HOSTCC) $^ -Wl,--gc-sections -o $@

# Logs of a lab that does not exist, for tests of the report.
SYNTHESIZE := $(addprefix $(BUILD)/log/tools/log/,synthesize.o synthesize_line.o synthesize_test.o)
$(BUILD)/host/synthesize: $(SYNTHESIZE)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $^ -lz -lm -o $@

-include $(MODEL_OBJECTS:.o=.d) $(CAPTURE_OBJECTS:.o=.d) $(SYNTHESIZE:.o=.d) $(CHECK_OBJECTS:.o=.d) $(SIM_OBJECTS:.o=.d) $(CELLS_OBJECTS:.o=.d) $(LOG_OBJECTS:.o=.d) $(HOST_OBJECTS:.o=.d) $(BUILD)/host/tools/sequences.d $(BUILD)/host/tools/tables.d $(OBJECTS:.o=.d)
.PHONY: $(GOALS) known-scenarios FORCE
