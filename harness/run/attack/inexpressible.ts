/** Thrown where a target's interface has no way to say what an attack sends; the message says why. */
export class Inexpressible extends Error {}
