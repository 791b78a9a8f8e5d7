# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Sourced by tools/run and the boot scenarios: how QEMU is started.

# In one file, read only, with variables in memory: where OVMF_CODE says no other.
OVMF=${OVMF-}
[ -n "${OVMF_CODE:-}${OVMF_VARS:-}" ] || [ ! -f /usr/share/ovmf/OVMF.fd ] || OVMF=/usr/share/ovmf/OVMF.fd
OVMF_CODE=${OVMF_CODE:-/usr/share/OVMF/OVMF_CODE_4M.fd}
OVMF_VARS=${OVMF_VARS:-/usr/share/OVMF/OVMF_VARS_4M.fd}

# What callers say of intel-iommu, and what QEMUs call it: up to 10 with x-, from 11 on without.
qemu_words=("scalable scalable-mode x-scalable-mode" "first-stage fsts x-flts")
declare -A qemu_properties # of each QEMU that was asked

# qemu_has QEMU PROPERTY: whether its intel-iommu has it.
qemu_has() {
	[ -n "${qemu_properties[$1]:-}" ] ||
		qemu_properties[$1]=$("$1" -device intel-iommu,help < /dev/null | sed -n 's/^ *\([a-z0-9-]*\)=<.*/ \1 /p')
	[[ ${qemu_properties[$1]} == *" $2 "* ]]
}

# qemu_unit QEMU DEVICE: sets $unit to DEVICE, that is intel-iommu,PROPERTY=VALUE..., in this QEMU's words.
# Fails and says so where it has none for what is wanted; what it has no word for is off.
qemu_unit() {
	local qemu=$1 words word name names found

	IFS=, read -ra words <<< "$2"
	unit=intel-iommu
	for word in "${words[@]:1}"; do
		found=
		for names in "${qemu_words[@]}" "${word%%=*}"; do
			[[ " $names " != *" ${word%%=*} "* ]] || break
		done
		for name in $names; do
			! qemu_has "$qemu" "$name" || found=$name
		done
		if [ -n "$found" ]; then
			unit+=,$found=${word#*=}
		elif [[ $names != *' '* || $word != *=off ]]; then
			# shellcheck disable=SC2086 # a list of names
			echo "the intel-iommu of $("$qemu" --version | head -1) has no ${word%%=*}; it has" ${qemu_properties[$qemu]} >&2
			return 1
		fi
	done
}

# qemu_has_x2apic QEMU ACCEL: TCG's processors have x2APIC mode since QEMU 9, and units eim=on with them.
qemu_has_x2apic() {
	local version

	version=$("$1" --version | sed -n '1s/.*version \([0-9]*\)\..*/\1/p')
	[[ $2 == kvm* || ${version:-0} -ge 9 ]]
}

# qemu_start QEMU ACCEL CPUS LOG SECONDS ARGUMENTS...: a bare q35 machine with OVMF, no disk, no NIC.
# The exit status is QEMU's; 124 if the time ran out. QEMU_MACHINE, QEMU_SERIAL (-serial's argument,
# instead of a file LOG), QEMU_MEMORY (MiB; 512) and QEMU_VARS (a copy of OVMF_VARS that keeps what is written) may be set by the caller.
# QEMU_TPM=1: with a TPM that refuses every command, for it is a pipe that echoes them. Without one OVMF polls for it
# for 1.5 s, because what nobody answers reads as 0 in QEMU: a third of the work of a boot, and tests boot 200 times.
# Variables in flash cost as much as the rest of a boot: each byte that the firmware writes to it goes through QEMU's main
# loop. Without flash they are in memory, but OVMF then keeps a copy in a file NvVars of a FAT file system that it finds. So
# flash it is where there is a drive, or no -kernel to boot.
qemu_start() {
	local firmware=() qemu=$1 accel=$2 cpus=$3 log=$4 seconds=$5 data unit argument arguments=() updater=1
	shift 5
	rm -f "$log" "$log.pid"
	: > "$log"
	for argument; do
		if [[ $argument == intel-iommu* ]]; then
			qemu_unit "$qemu" "$argument" || return 2
			argument=$unit
		fi
		arguments+=("$argument")
	done
	if [[ -n $OVMF && -z ${QEMU_VARS:-} && " $* " == *" -kernel "* && " $* " != *" -drive "* && " $* " != *" -blockdev "* ]]; then
		firmware=(-bios "$OVMF")
	else
		firmware=(-drive "if=pflash,format=raw,readonly=on,file=$OVMF_CODE"
			-drive "if=pflash,format=raw,file=${QEMU_VARS:-$OVMF_VARS,snapshot=on}")
	fi
	if [ -n "${QEMU_TPM:-}" ]; then
		rm -f "$log.tpm"
		mkfifo "$log.tpm"
		arguments+=(-tpmdev "passthrough,id=tpm,path=$log.tpm,cancel-path=/dev/null" -device tpm-tis,tpmdev=tpm)
	fi
	# A QEMU unpacked beside the system's finds its ROMs next to itself.
	data=$(cd "$(dirname "$(command -v "$qemu")")/.." && pwd)/share/qemu
	# As the kernel chooses them: the first two processors, unless told otherwise.
	[[ "$*" == *driver-cpu=1* ]] && updater=0
	[[ "$*" =~ updater-cpu=([0-9]+) ]] && updater=${BASH_REMATCH[1]}
	[[ $accel != tcg* ]] || qemu_place "$log.pid" "${cpus%%,*}" "$updater" &
	timeout --foreground -k 5 "$seconds" "$qemu" -L "$data" -L /usr/share/seabios \
		-machine "${QEMU_MACHINE:-q35,kernel-irqchip=split}" -accel "$accel" -cpu max -smp "$cpus" -m "${QEMU_MEMORY:-512}" \
		-nodefaults -display none -no-reboot -serial "${QEMU_SERIAL:-file:$log}" \
		"${firmware[@]}" -device isa-debug-exit,iobase=0xf4 -pidfile "$log.pid" -name debug-threads=on "${arguments[@]}"
}

# qemu_place PIDFILE CPUS UPDATER: of QEMU's threads, the updater's processor gets a core of its own, and the
# driver's shares the others with the main thread, which does the devices' DMA. Under TCG processors are threads
# that never sleep; were the updater on the main thread's core, no DMA would meet it between two stores but where
# it was preempted. Nice 19 for the processors starves them beside any other job; shorter slices and real-time
# priority for the main thread change little. Threads are named after QEMU's numbers, which may have gaps; UPDATER
# counts without. Processors that are plugged in at the start (-device) come late: the updater is waited for.
qemu_place() {
	local tries pid thread core rest name
	local -a cores numbers

	for ((tries = 0; tries < 300; tries++)); do
		sleep 0.1
		pid=$(cat "$1" 2> /dev/null) || continue
		mapfile -t cores < <(qemu_cores "$pid")
		[ ${#cores[@]} -ge 2 ] || return 0 # one core, or QEMU has ended
		mapfile -t numbers < <(cat /proc/"$pid"/task/*/comm 2> /dev/null | sed -n 's#^CPU \([0-9]*\)/.*#\1#p' | sort -n)
		[ ${#numbers[@]} -ge "$2" ] && [ ${#numbers[@]} -gt "$3" ] || continue
		# Runs side by side do not all take the same one.
		core=${cores[pid % ${#cores[@]}]}
		rest=$(printf '%s\n' "${cores[@]}" | grep -vx "$core" | paste -sd,)
		for thread in /proc/"$pid"/task/*; do
			name=$(cat "$thread/comm" 2> /dev/null) || continue
			if [[ $name == "CPU ${numbers[$3]}/"* ]]; then
				taskset -cp "$core" "${thread##*/}"
			else
				taskset -cp "$rest" "${thread##*/}"
			fi > /dev/null 2>&1 && continue
			# A QEMU that does not like its arguments has ended meanwhile.
			grep -qs '^State:.[^ZX]' "$thread/status" || return 0
			echo "tools/qemu.sh: QEMU's threads may not be placed here" >&2
			return 0
		done
		return 0
	done
}

# qemu_cores PID: the cores that it may run on, a line each.
qemu_cores() {
	sed -n 's/^Cpus_allowed_list:\t//p' "/proc/$1/status" 2> /dev/null | tr ',' '\n' |
		while IFS=- read -r first last; do
			seq "$first" "${last:-$first}"
		done
}

# What the kernel's last word means as an exit status: isa-debug-exit gives value << 1 | 1.
QEMU_PASS=33 QEMU_FAIL=35 QEMU_SKIP=37
export QEMU_PASS QEMU_FAIL QEMU_SKIP

# qemu_accel QEMU IMAGE FOLDER: "kvm" if the image really comes to its end under KVM, else TCG with a
# thread for each processor. /dev/kvm may be there and still not run OVMF (nested virtualisation), so
# it is tried once, and the answer kept in FOLDER.
qemu_accel() {
	local qemu=$1 image=$2 folder=$3 answer="$3/accel-${1//\//_}"
	local tcg=tcg,thread=multi

	if [ ! -w /dev/kvm ]; then
		echo $tcg
		return
	fi
	mkdir -p "$folder"
	if [ ! -s "$answer" ]; then
		if qemu_start "$qemu" kvm 2 "$folder/kvm-probe.log" 15 -kernel "$image" \
			-append "run=list on-done=exit" > /dev/null 2>&1; [ $? -eq $QEMU_SKIP ]; then
			echo kvm > "$answer"
		else
			echo $tcg > "$answer"
		fi
	fi
	cat "$answer"
}
