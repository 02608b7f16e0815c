/** Something a person asked for cannot be done now; the message says why. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
