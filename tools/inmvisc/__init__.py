"""Python tools of USER-INMVISC.

    ave_time        read what LAMMPS and the package write: tables with named columns
    outputs         names of what the five styles hand out, and where it stands
    fits            viscosities against temperature, with confidence intervals
    run_folder      results of inmvisc.inc: summary.yaml and tables
    units           unit styles, viscosities in mPa s
    live            results of a running LAMMPS as numpy arrays with names and units
    green_kubo      viscosity from the stress of one run
    complex_modulus G', G'' and the bulk modulus from the stress of one run, beside the modes
    mobility_edge   the mobility edge from boxes of several sizes
    compare         results of two runs beside each other
    plots.page      one page of a viscosity: spectrum, kernel, Green-Kubo, eta by class
    plots.modulus   one page of a complex modulus, which complex_modulus draws
    plots.kernel    a good memory kernel and three bad ones, for the manual

For those who develop the package:

    runner          run a deck with the LAMMPS of a build directory
    kob_andersen    input of LAMMPS: an equilibrated Kob-Andersen liquid
    potential       the file of a potential of Cu-Zr, if it is here
    kernel_runs     runs of fix orthogonal/dynamics that are kept, and their results
    rst             tables and pages of the manual

The folder of this package, tools, has to be in PYTHONPATH.  tools/inmvisc-tool sees to that:

    tools/inmvisc-tool edge N*/modes.dat
"""
