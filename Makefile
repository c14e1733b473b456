# Thin front end to tools/setup and CMake.  `make help` lists the targets.
# All set-up is done here and is quick when done: packages, LAMMPS, plugin.

BUILD ?= build
JOBS  ?= $(shell nproc)
PREFIX ?= /usr/local
CMAKE_ARGS ?=

.PHONY: all setup build install demo paper check check-versions validate bench doc dist clean help

all: build                     ## set up and build: build/lmp, build/inmviscplugin.so

setup:                         ## packages and the reference LAMMPS (cached outside the checkout)
	@sh tools/setup/packages.sh
	@case '$(CMAKE_ARGS)' in *LAMMPS_SOURCE_DIR*) ;; *) sh tools/setup/lammps.sh ;; esac

build: setup
	@cmake -G Ninja -S . -B $(BUILD) -DINMVISC_WERROR=ON $(CMAKE_ARGS) > $(BUILD).log 2>&1 || { cat $(BUILD).log; echo '== configuring failed, see above; make resumes here'; exit 1; }
	@mv $(BUILD).log $(BUILD)/configure.log
	@cmake --build $(BUILD) --parallel $(JOBS)

install: build                 ## plugin, inmvisc.inc, command inmvisc, examples and manual below PREFIX=/usr/local
	@sh tools/setup/packages.sh doc
	@cmake $(BUILD) > /dev/null
	@cmake --build $(BUILD) --target manual || echo '== no HTML manual, see above; going on without'
	@cmake --install $(BUILD) --prefix $(PREFIX)

demo: build                    ## viscosity of the Kob-Andersen liquid beside Green-Kubo, with a picture
	@sh examples/kob-andersen/run-demo.sh $(BUILD)

PAPER ?= smoke
paper: build                   ## figures of the paper, both liquids: PAPER=smoke (minutes), desk (hours) or full (cluster)
	@sh tools/inmvisc-tool examples/paper/paper.py $(BUILD) --size $(PAPER) $(if $(filter desk full,$(PAPER)),--rst doc/src/paper/$(PAPER).txt)

check: build                   ## all tests, with the potential of the paper if it can be had
	@sh tools/setup/potential.sh > /dev/null || :
	@cd $(BUILD) && ctest --output-on-failure

check-versions: build          ## other versions of LAMMPS and the package inside its tree (as root: also Debian's own)
	@sh tools/setup/packages.sh versions
	@JOBS=$(JOBS) sh tools/check_versions.sh $(BUILD) in-tree
	@JOBS=$(JOBS) sh tools/check_versions.sh $(BUILD) plugin sid newest
	@JOBS=$(JOBS) sh tools/check_versions.sh $(BUILD) library bookworm 29Sep2021
	@JOBS=$(JOBS) sh tools/check_versions.sh $(BUILD) library trixie 4Feb2025
	@JOBS=$(JOBS) sh tools/check_versions.sh $(BUILD) library sid newest

validate: build                ## long comparisons, results for doc/
	@sh tools/setup/packages.sh validate
	@sh tools/inmvisc-tool tools/developer/validate/coverage.py $(BUILD) --table doc/src/hessian_coverage.rst
	@sh tools/inmvisc-tool tools/developer/validate/second_derivatives.py $(BUILD) --table doc/src/second_derivatives.rst
	@sh tools/inmvisc-tool tools/developer/validate/validate_kernel.py $(BUILD) --out doc/src/validation_kernel.rst
	@sh tools/inmvisc-tool tools/developer/validate/validate.py $(BUILD) --out doc/src/validation.rst
	@sh tools/inmvisc-tool tools/developer/validate/validate_kpm.py $(BUILD) --out doc/src/validation_kpm.rst
	@sh tools/inmvisc-tool tools/developer/validate/validate_modulus.py $(BUILD) --work $(BUILD)/modulus --rst doc/src/modulus --potential "$$(sh tools/setup/potential.sh)"
	@PYTHONPATH=examples/paper sh tools/inmvisc-tool tools/developer/validate/decks_valgrind.py $(BUILD) --out doc/src/validation_memory.rst
	@sh tools/developer/validate/fuzz.sh $(BUILD)
	@sh tools/inmvisc-tool tools/developer/validate/soak.py $(BUILD) --work $(BUILD)/soak
	@sh tools/developer/validate/sanitized_lammps.sh $(BUILD)

bench: build                   ## timings, tables for doc/
	@sh tools/inmvisc-tool tools/developer/bench/bench.py $(BUILD) --out doc/src/bench

doc: setup                     ## the manual as HTML: doc/build/index.html
	@sh tools/setup/packages.sh doc
	@sphinx-build -q -W -b html -c doc doc/src doc/build

dist:                          ## source archive of the last commit
	@sh tools/dist.sh

clean:                         ## remove the build directory (the cached LAMMPS stays)
	rm -rf $(BUILD)

help:                          ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## */  make \1	/p' Makefile
