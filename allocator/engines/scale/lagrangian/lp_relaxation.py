"""The linear relaxation of a task by GLOP or PDLP through MathOpt: prices to start from, and a fraction; for children.

Where side rules of many kinds meet, subgradients from nothing take long to find good prices; those of the linear
relaxation are good from the start.  They are floating-point numbers: whoever prices with them rounds them first, and
the bound is evaluated exactly.
"""

import math
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from ortools.math_opt import model_pb2, result_pb2, sparse_containers_pb2
from ortools.math_opt.core.python import solver
from ortools.math_opt.python import mathopt

from allocator.engines.scale.core.arrays import Arrays, Bits, Floats


@dataclass(frozen=True)
class RelaxedSolution:
    """Value of each variable, and price of each row: what one more of its limit is worth."""

    fraction: Floats
    price: Floats


def relax(arrays: Arrays, lower: Bits, upper: Bits, seconds: float) -> RelaxedSolution | None:
    """The relaxation within 0–1 limits of the variables, by GLOP; None when it is not solved within the seconds."""
    if seconds <= 0:
        return None
    parameters = mathopt.SolveParameters(time_limit=timedelta(seconds=seconds))
    return _solved(arrays, lower, upper, mathopt.SolverType.GLOP, parameters)


def relax_roughly(
    arrays: Arrays, tolerance: float, threads: int, seconds: float, start: RelaxedSolution | None = None
) -> RelaxedSolution | None:
    """The relaxation over 0 … 1 by PDLP, up to a relative tolerance, from where one before ended.

    None when it is not solved within the seconds.
    """
    if seconds <= 0:
        return None
    parameters = mathopt.SolveParameters(time_limit=timedelta(seconds=seconds), threads=threads)
    criteria = parameters.pdlp.termination_criteria.simple_optimality_criteria
    criteria.eps_optimal_relative, criteria.eps_optimal_absolute = tolerance, 1.0
    zeros, ones = np.zeros(arrays.variables, dtype=np.int8), np.ones(arrays.variables, dtype=np.int8)
    return _solved(arrays, zeros, ones, mathopt.SolverType.PDLP, parameters, start)


def _solved(  # noqa: PLR0913, PLR0917  what is solved, by what and from where
    arrays: Arrays,
    lower: Bits,
    upper: Bits,
    solver_type: mathopt.SolverType,
    parameters: mathopt.SolveParameters,
    start: RelaxedSolution | None = None,
) -> RelaxedSolution | None:
    norm = np.ones(arrays.matrix.rows)
    np.maximum.at(norm, arrays.matrix.owner(), np.abs(arrays.matrix.weight).astype(np.float64))
    # the records themselves: mathopt.solve makes an object of every variable, which takes longer than solving
    arguments = mathopt.StreamableSolverInitArguments().to_proto(), parameters.to_proto()
    model = mathopt.ModelSolveParameters().to_proto()
    if start is not None:
        hint = model.solution_hints.add()
        _fill(hint.variable_values, start.fraction)
        _fill(hint.dual_values, start.price * norm)
    asked = mathopt.CallbackRegistration().to_proto()
    result = solver.solve(
        _proto(arrays, norm, lower, upper), solver_type.value, *arguments, model, None, asked, None, None
    )
    if result.termination.reason != result_pb2.TERMINATION_REASON_OPTIMAL or not result.solutions:
        return None
    values = result.solutions[0].primal_solution.variable_values
    duals = result.solutions[0].dual_solution.dual_values
    return RelaxedSolution(_dense(values, arrays.variables), _dense(duals, arrays.matrix.rows) / norm)


def _fill(sparse: sparse_containers_pb2.SparseDoubleVectorProto, dense: Floats) -> None:
    some = np.flatnonzero(dense)
    sparse.ids.extend(some.tolist())
    sparse.values.extend(dense[some].tolist())


def _dense(sparse: sparse_containers_pb2.SparseDoubleVectorProto, size: int) -> Floats:
    found = np.zeros(size)
    found[np.array(sparse.ids, dtype=np.int64)] = np.array(sparse.values)
    return found


def _proto(arrays: Arrays, norm: Floats, lower: Bits, upper: Bits) -> model_pb2.ModelProto:
    """Rows are divided by their largest weight: tolerances are of all rows together."""
    matrix = arrays.matrix
    proto = model_pb2.ModelProto()
    proto.variables.ids.extend(range(arrays.variables))
    proto.variables.lower_bounds.extend(lower.astype(np.float64).tolist())
    proto.variables.upper_bounds.extend(upper.astype(np.float64).tolist())
    proto.variables.integers.extend([False] * arrays.variables)
    proto.objective.maximize = True
    useful = np.flatnonzero(arrays.weight)
    proto.objective.linear_coefficients.ids.extend(useful.tolist())
    proto.objective.linear_coefficients.values.extend(arrays.weight[useful].astype(np.float64).tolist())
    proto.linear_constraints.ids.extend(range(matrix.rows))
    most = arrays.limit / norm
    least = np.where(arrays.equal, most, -math.inf)
    proto.linear_constraints.lower_bounds.extend(least.tolist())
    proto.linear_constraints.upper_bounds.extend(most.tolist())
    owner = matrix.owner()
    order = np.lexsort((matrix.index, owner))
    proto.linear_constraint_matrix.row_ids.extend(owner[order].tolist())
    proto.linear_constraint_matrix.column_ids.extend(matrix.index[order].tolist())
    proto.linear_constraint_matrix.coefficients.extend((matrix.weight / norm[owner])[order].tolist())
    return proto
