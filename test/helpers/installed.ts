/**
 * Why tests are skipped that need something which is not installed; `false` where it is. Where nothing may be skipped
 * (`TEST_MUST_NOT_SKIP`, which `.ci/run` sets), `false` as well: they fail then for what is missing.
 */
export function whySkipped(missing: string | false): string | false {
	return process.env.TEST_MUST_NOT_SKIP === '1' ? false : missing;
}
