/**
 * Why bytes are not a valid keystore. The reason contains no part of the bytes, which may be secret (so no
 * error of `JSON.parse`, which quotes its input, is ever passed on).
 */
export class Damage extends Error {
	override readonly name = 'Damage';
}
