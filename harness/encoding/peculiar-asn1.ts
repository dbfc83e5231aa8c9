/**
 * The one door to `@peculiar/asn1-android` and `@peculiar/asn1-schema`: the second opinion on what
 * virtual phones mint. Nothing here judges evidence, since genuine phones break these typed parsers.
 */
export { KeyDescription as ForeignKeyDescription } from '@peculiar/asn1-android';
export { AsnConvert } from '@peculiar/asn1-schema';
