import { Option } from 'commander';
import type { AppraiseOptions } from '../appraise-command.js';
import type { DeclareVerb } from './verb.js';

/** `attestlab appraise`: one piece of evidence, the reference verifier, its result. */
export const declareAppraise: DeclareVerb = (program, { terminal, finish }) => {
  program
    .command('appraise')
    .description('appraise one piece of evidence and show every check')
    .addHelpText('after', ENCODINGS)
    .option('--android-chain <file>', 'Android Key Attestation: certificates as PEM, leaf first')
    .option('--challenge <bytes>', 'challenge that the Android record must hold')
    .option('--package <name...>', 'package names, one of which the record must hold')
    .option('--signer <sha256...>', 'signing certificate digests of the app, in hexadecimal')
    .option('--status-list <file>', 'revocation list as Google publishes it (JSON)')
    .option('--status-list-at <time>', 'when that list was fetched; without it, it is not fresh')
    .option('--app-attest <file>', 'App Attest attestation object: CBOR, or base64 of it')
    .option('--key-id <bytes>', 'key id that the app named')
    .option('--app-id <id...>', 'allowed app ids: TEAMID.bundle')
    .option('--client-data-hash <bytes>', 'clientDataHash, verbatim')
    .addOption(
      new Option('--environment <name>', 'widen the App Attest environments beyond production')
        .choices(['production', 'development'])
        .default('production'),
    )
    .option('--at <time>', 'time to appraise for, ISO 8601 with zone; default: now')
    .option(
      '--policy <policy>',
      'baseline, strict, lab, or a policy file (.yaml); default: baseline',
    )
    .option('--run <run>', 'a recorded run: what would --policy have made of its evidence?')
    .option('--trust <folder>', 'trust anchors; default: the ones that are shipped')
    .option('--json', 'the result as JSON')
    .option('--ear', 'the result as claims of an EAT attestation result (draft-ietf-rats-ear-04)')
    .option('--ear-key <file>', 'as --ear, as a JWT signed with this P-256 key (PEM, owner-only)')
    .action(async (options: AppraiseOptions) => {
      const { appraise } = await import('../appraise-command.js');
      finish(appraise(options, { terminal, clock: new Date() }));
    });
};

const ENCODINGS = `
Bytes are given as hex:..., base64:..., base64url:... or utf8:...

  attestlab appraise --android-chain chain.pem --challenge hex:00ff --at 2026-01-31T12:00:00Z
  attestlab appraise --app-attest attestation.cbor --key-id base64:... \\
    --app-id TEAMID1234.com.example.app --client-data-hash hex:... --at 2026-01-31T12:00:00Z

  attestlab appraise --run reports/latest --policy policies/ours.yaml

With --run: 0 where nothing would change, 1 where evidence would be refused that
was accepted, or the other way about.

Exit codes: 0 accepted, 1 rejected, 4 indeterminate, 2 usage or a bad file`;
