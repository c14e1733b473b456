# Thin front end to tools/setup and CMake.  `make help` lists the targets.
# All set-up is done here and is quick when done: packages, LAMMPS, plugin.

BUILD ?= build
JOBS  ?= $(shell nproc)
CMAKE_ARGS ?=

.PHONY: all setup build demo check validate bench doc clean help

all: build                     ## set up and build: build/lmp, build/inmviscplugin.so

setup:                         ## packages and the reference LAMMPS (cached outside the checkout)
	@sh tools/setup/packages.sh
	@case '$(CMAKE_ARGS)' in *LAMMPS_SOURCE_DIR*) ;; *) sh tools/setup/lammps.sh ;; esac

build: setup
	@cmake -G Ninja -S . -B $(BUILD) $(CMAKE_ARGS) > $(BUILD).log 2>&1 || { cat $(BUILD).log; echo '== configuring failed, see above; make resumes here'; exit 1; }
	@mv $(BUILD).log $(BUILD)/configure.log
	@cmake --build $(BUILD) --parallel $(JOBS)

demo: build                    ## viscosity of the Kob-Andersen liquid beside Green-Kubo, with a picture
	@sh examples/kob-andersen/run-demo.sh $(BUILD)

check: build                   ## all tests
	@cd $(BUILD) && ctest --output-on-failure

validate: build                ## long comparisons, results for doc/
	@$$(sh tools/python.sh) tools/validate/coverage.py $(BUILD) --table doc/src/hessian_coverage.rst
	@$$(sh tools/python.sh) tools/validate/validate_kernel.py $(BUILD) --out doc/src/validation_kernel.rst
	@$$(sh tools/python.sh) tools/validate/validate.py $(BUILD) --out doc/src/validation.rst
	@$$(sh tools/python.sh) tools/validate/validate_kpm.py $(BUILD) --out doc/src/validation_kpm.rst
	@$$(sh tools/python.sh) tools/validate/decks_valgrind.py $(BUILD) --out doc/src/validation_memory.rst
	@sh tools/validate/fuzz.sh $(BUILD)
	@$$(sh tools/python.sh) tools/validate/soak.py $(BUILD) --work $(BUILD)/soak
	@sh tools/validate/sanitized_lammps.sh $(BUILD)

bench: build                   ## timings, tables for doc/
	@$$(sh tools/python.sh) tools/bench/bench.py $(BUILD) --out doc/src/bench

doc: setup                     ## the manual as HTML: doc/build/index.html
	@sh tools/setup/packages.sh doc
	@sphinx-build -q -W -b html -c doc doc/src doc/build

clean:                         ## remove the build directory (the cached LAMMPS stays)
	rm -rf $(BUILD)

help:                          ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## */  make \1	/p' Makefile
