import {existsSync} from 'node:fs';
import {cli, workplace} from '../../test/helpers/program.ts';
import {type Condition, Skip} from './bench.ts';
import {endings, wrongAfter} from './endings.ts';

/** The built program ends in every way, and leaves the terminal as it was. */
export const terminal: Condition = {
	name: 'terminal restored',
	async run(bench) {
		if (!existsSync(cli)) {
			throw new Skip('needs the built program: npm run build');
		}

		for (let time = bench.times(5); time > 0; time -= 1) {
			for (const ending of endings) {
				const place = await workplace(['harbour', 'kettle']);
				try {
					bench.tried();
					for (const wrong of await wrongAfter(ending, place)) {
						bench.count(wrong.includes('secret') ? 'leaked' : 'broken', `${ending.name}: ${wrong}`);
					}
				} catch (error) {
					bench.count('broken', `${ending.name}: ${error}`);
				} finally {
					await place.close();
				}
			}
		}
	},
};
