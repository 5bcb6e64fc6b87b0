import {test} from 'node:test';
import {holdInterleavings} from './interleavings.ts';

test('whatever two windows do, every token that X gave is in force, previous, held or unsaved, or left by an act about it', async () => {
	await holdInterleavings(50);
});
