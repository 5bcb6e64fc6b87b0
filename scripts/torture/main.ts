// The bench's program: runs the conditions named in its task, given as JSON, and prints a row for each.
import {type ConditionName, runCondition} from './bench.ts';
import {conditions} from './conditions.ts';

/** What the bench is told to do. */
export type BenchTask = {conditions: readonly ConditionName[]; seed: number; scale: number; worker: string};

const task = JSON.parse(process.argv[2] ?? '') as BenchTask;
for (const condition of conditions.filter(({name}) => task.conditions.includes(name))) {
	process.stdout.write(`${JSON.stringify(await runCondition(condition, task))}\n`);
}

process.exit();
