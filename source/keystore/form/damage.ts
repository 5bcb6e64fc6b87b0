/**
 * Why a keystore's bytes cannot be taken for a keystore. The reason holds no part of the bytes, since those
 * may be secret (which is also why no error of `JSON.parse`, which quotes its input, is ever passed on).
 */
export class Damage extends Error {
	override readonly name = 'Damage';
}
