package secret

import (
	"slices"

	"gatehouse.dev"
)

// serviceProviders are messaging, payment, mail, monitoring and other services.
func serviceProviders() []provider {
	return []provider{
		{
			name: "slack-token", detail: "Slack token", severity: gatehouse.Critical,
			anchors: []string{"xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxo-"}, body: []part{run(digit, 9, 14), lit("-"), atLeast(urlsafe, 20)},
			find: []string{"xoxb-" + "932611858-C9BofIaP5-LIkxRdUJNv", "xoxp-" + "708707933-wtR8gvL32PccciQ7hvYu"},
			pass: []string{"xoxb-" + "422029323-pMr_cs3K6o93OUNY8ws", "xoxb-" + "000000000-xxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "slack-config-token", detail: "Slack configuration token", severity: gatehouse.High,
			anchors: []string{"xoxe.xoxp-1-", "xoxe.xoxb-1-", "xoxe-1-"}, body: []part{atLeast(urlsafe, 60)},
			find: []string{"xoxe.xoxp-1-" + "jE5fRvSIWMRTzXnX0q12V0yhxO3rTgOleHhPV07-GX6X8ynkCoXKg1U4q2Sr", "xoxe.xoxb-1-" + "WXpDJUSRsvsXYFGm5UUsUjIOe3bp14bc1g396Pw96b9JYmPmupbyVctKgMn4"},
			pass: []string{"xoxe.xoxp-1-" + "mi58cbq05yGNDC-T_EqGEM1FHIzi-5DiZpsUlNvYiuMHJ9PljiAbL1IYZmh", "xoxe.xoxp-1-" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "slack-app-token", detail: "Slack app-level token", severity: gatehouse.High,
			anchors: []string{"xapp-1-"}, body: []part{run(upper, 9, 12), lit("-"), run(digit, 9, 14), lit("-"), exactly(hex, 64)},
			find: []string{"xapp-1-" + "96DX60GBE-524858711-6f291132739123d05a35ba637836bb5c0ea53e0e0993b3e4dcf5bdf3bc0c7e12"},
			pass: []string{"xapp-1-" + "33LQ9KDL8-075915955-fed1a5e81ccc66088f8beaf644d802103b70ace8e41449aff0100a9427a96e2", "xapp-1-" + "XXXXXXXXX-000000000-0000000000000000000000000000000000000000000000000000000000000000"},
		},
		{
			name: "slack-webhook", detail: "Slack webhook URL", severity: gatehouse.High,
			anchors: []string{"hooks.slack.com/services/"}, body: []part{lit("T"), run(upper, 7, 12), lit("/B"), run(upper, 7, 12), lit("/"), run(alnum, 23, 25)},
			find: []string{"hooks.slack.com/services/" + "TDY1U03GN/BU6M7V9SM/UWDq3dUF2MNNjdTgPdsE2jc"},
			pass: []string{"hooks.slack.com/services/" + "TQW8V7JIU/BMWHOTTR9/gZeigtbPh7dERFNY3MzQfZ", "hooks.slack.com/services/" + "TXXXXXXXX/BXXXXXXXX/xxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "slack-workflow-webhook", detail: "Slack workflow webhook URL", severity: gatehouse.High,
			anchors: []string{"hooks.slack.com/workflows/", "hooks.slack.com/triggers/"}, body: []part{run(upper, 8, 14), lit("/"), run(alnum, 8, 20), lit("/"), run(alnum, 16, 60)},
			find: []string{"hooks.slack.com/workflows/" + "MM6L0IH9/nU0yzSNr/jHcBnpTTaPSMYa0r", "hooks.slack.com/triggers/" + "DTF2H08M/7s0T1mWX/HHkX226iILdDUmo3"},
			pass: []string{"hooks.slack.com/workflows/" + "YYNZVYGN/vQGDNtmL/Xyq8olAzcD4QyZl", "hooks.slack.com/workflows/" + "XXXXXXXX/xxxxxxxx/xxxxxxxxxxxxxxxx"},
		},
		{
			name: "discord-webhook", detail: "Discord webhook URL", severity: gatehouse.High,
			anchors: []string{"discord.com/api/webhooks/", "discordapp.com/api/webhooks/"}, body: []part{run(digit, 17, 20), lit("/"), run(urlsafe, 60, 80)},
			find: []string{"discord.com/api/webhooks/" + "70548561907888465/pO49b4kYg5kARZp6Th8cG8DovJUD3NxO1HNbHhzChExltFdftC2FK8Nm2CxH", "discordapp.com/api/webhooks/" + "51478844671884935/Zu4fUOajb_pdGGL-r1kxSk6Ud72olhM596l2PW5okmTgmrKgGWUx9un0OdH7"},
			pass: []string{"discord.com/api/webhooks/" + "65749918542315260/gadXSYgtEZXb6ky-AMrzoDAA0bLmVhfAI012h0TCHeKBnnon7txdWB8gSS8", "discord.com/api/webhooks/" + "00000000000000000/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "teams-webhook", detail: "Microsoft Teams webhook URL", severity: gatehouse.High,
			anchors: []string{"webhook.office.com/webhookb2/"}, body: slices.Concat(uuid(anyHex), []part{lit("@")}, uuid(anyHex), []part{lit("/IncomingWebhook/"), exactly(anyHex, 32), lit("/")}, uuid(anyHex)),
			find: []string{"webhook.office.com/webhookb2/" + "A4cE2396-2d7F-B0C2-7fe1-6FeFE9E2c17c@BbC0748b-f888-80AA-D101-B6eb3362b58d/IncomingWebhook/3a1b2bEE21b25B11d7Af1CdC013dcab9/dbC46A99-D524-ef5f-c4eB-9bfce79A5CDc"},
			pass: []string{"webhook.office.com/webhookb2/" + "cd4Af255-1fb0-0F7C-Ec83-A2AAE5Dd441B@DB34F27B-8D4A-23a6-d002-5914f26D4FE7/IncomingWebhook/ac21E363d19CBFFbc4Eb3958760ebBee/58d9BD7A-2eb1-6B1d-cfC4-F3E57efc63d", "webhook.office.com/webhookb2/" + "00000000-0000-0000-0000-000000000000@00000000-0000-0000-0000-000000000000/IncomingWebhook/00000000000000000000000000000000/00000000-0000-0000-0000-000000000000"},
		},
		{
			name: "telegram-bot-token", detail: "Telegram bot token", severity: gatehouse.High,
			anchors: []string{":AA"}, before: []part{run(digit, 8, 10)}, body: []part{exactly(urlsafe, 33)},
			find: []string{"69472534:AA" + "HE_mmGG-gDS7qx7OQxF2tFE2-SZ4KQDAz"},
			pass: []string{"39846938:AA" + "Tp7nI-LdP_7jfEv27R4ym2GKvy3VUm89"},
		},
		{
			name: "stripe-live-key", detail: "Stripe live key", severity: gatehouse.Critical,
			anchors: []string{"sk_live_", "rk_live_"}, body: []part{run(alnum, 24, 120)},
			find: []string{"sk_live_" + "1kAwXHl2umx1DgG8tZBqYxrU", "rk_live_" + "vVvzglyqRZvBmx1z9BcXnqHr"},
			pass: []string{"sk_live_" + "6dS2CWzeeiE6xErHELGNohF", "sk_live_" + "xxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "stripe-test-key", detail: "Stripe test key", severity: gatehouse.Low,
			anchors: []string{"sk_test_", "rk_test_"}, body: []part{run(alnum, 24, 120)},
			find: []string{"sk_test_" + "WSL54p4eP8zU7NDacOk5Cvmq", "rk_test_" + "nMXfyp70DztkLIImI6UMnOiE"},
			pass: []string{"sk_test_" + "a4huy1sZGcaO6Sxh1iT6OQr", "sk_test_" + "xxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "stripe-webhook-secret", detail: "Stripe webhook signing secret", severity: gatehouse.High,
			anchors: []string{"whsec_"}, body: []part{run(base64, 32, 64)},
			find: []string{"whsec_" + "p5wnW9uCPv4HrCnSvp4Gzp+uFLDwYn2s"},
			pass: []string{"whsec_" + "s+N1gs3RWQvp1eIKM3hKEorUVLC9rnv", "whsec_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "square-token", detail: "Square access token", severity: gatehouse.High,
			anchors: []string{"EAAAl", "EAAAE"}, body: []part{exactly(urlsafe, 59)},
			find: []string{"EAAAl" + "wPU5UzkbJtXbmnQgNm1g33E6sp-X-MwgXDDTWXPY9Yvu1MSq7fp6hdObxwY", "EAAAE" + "mY2VBffW-BNmzFYVEfXU2TJ4K5PWT2v4NmBOU8phlwLZera8t6FwXk9iyzE"},
			pass: []string{"EAAAl" + "iv6i3-hHpEgUgZX3VccooAJnJLN56lAzZAixNszNCKg59D6AlUyzLcRrF3", "EAAAl" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "square-oauth-secret", detail: "Square OAuth secret", severity: gatehouse.High,
			anchors: []string{"sq0csp-"}, body: []part{exactly(urlsafe, 43)},
			find: []string{"sq0csp-" + "XR-i0wFKonAx0HfoPH2_8TeeHtDjZG79s5xCjLkdaXI"},
			pass: []string{"sq0csp-" + "jM0H7ZF8O3HJru_9zEtMcLg7rwOCcR5HIjnt5uPoeE", "sq0csp-" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "square-application-token", detail: "Square access token", severity: gatehouse.High,
			anchors: []string{"sq0atp-"}, body: []part{exactly(urlsafe, 22)},
			find: []string{"sq0atp-" + "2nF193bv4GSMYKDi2_cw_W"},
			pass: []string{"sq0atp-" + "PbXN91gJiTp9h8D2LIJ1D", "sq0atp-" + "xxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "braintree-token", detail: "Braintree access token", severity: gatehouse.Critical,
			anchors: []string{"access_token$production$"}, body: []part{exactly(lower, 16), lit("$"), exactly(hex, 32)},
			find: []string{"access_token$production$" + "91d01yjum8ggv2bl$0e9921503e883840d6daef9382a435ef"},
			pass: []string{"access_token$production$" + "q2q55kx1jgy0h9ga$e65bdb3300171f093e3c76283a4ccbb", "access_token$production$" + "xxxxxxxxxxxxxxxx$00000000000000000000000000000000"},
		},
		{
			name: "plaid-token", detail: "Plaid access token", severity: gatehouse.Critical,
			anchors: []string{"access-production-", "access-development-"}, body: uuid(hex),
			find: []string{"access-production-" + "ff650c82-28d5-183a-d007-a16faffa580c", "access-development-" + "c24fcab6-f712-6bb5-c652-f413e7bc3552"},
			pass: []string{"access-production-" + "2e1f8d9f-4dc1-f66c-f73d-651b8c50e14", "access-production-" + "00000000-0000-0000-0000-000000000000"},
		},
		{
			name: "flutterwave-secret", detail: "Flutterwave secret key", severity: gatehouse.High,
			anchors: []string{"FLWSECK-"}, body: []part{exactly(hex, 32), lit("-X")},
			find: []string{"FLWSECK-" + "c5442cd38fe2865ef71eddd9fc04c8c5-X"},
			pass: []string{"FLWSECK-" + "f180ac72b775a53098d224d75e338d9-X", "FLWSECK-" + "00000000000000000000000000000000-X"},
		},
		{
			name: "shopify-token", detail: "Shopify token", severity: gatehouse.High,
			anchors: []string{"shpat_", "shpca_", "shppa_", "shpss_"}, body: []part{exactly(anyHex, 32)},
			find: []string{"shpat_" + "cCBC28EA5a52E2dab5bFff7DeAAb9B2E", "shpca_" + "676c9ADbc740ed627Fff2a9CCCd4b8a5"},
			pass: []string{"shpat_" + "5Ab630D6F0Cf2da5BdBfEd72481fADd", "shpat_" + "00000000000000000000000000000000"},
		},
		{
			name: "woocommerce-secret", detail: "WooCommerce consumer secret", severity: gatehouse.High,
			anchors: []string{"cs_"}, body: []part{exactly(hex, 40)},
			find: []string{"cs_" + "a2733b159d49051651a6376fb34497dda5e90bd6"},
			pass: []string{"cs_" + "40928438cea90c545fa8531b7d9e499c593be01", "cs_" + "0000000000000000000000000000000000000000"},
		},
		{
			name: "shippo-token", detail: "Shippo live token", severity: gatehouse.High,
			anchors: []string{"shippo_live_"}, body: []part{exactly(hex, 40)},
			find: []string{"shippo_live_" + "81c7e4e654f7b2473b5ec430c48897e62c58c7cb"},
			pass: []string{"shippo_live_" + "ff72b80d971e34bbe6ddc21d1bc08a6e3cd0345", "shippo_live_" + "0000000000000000000000000000000000000000"},
		},
		{
			name: "easypost-key", detail: "EasyPost API key", severity: gatehouse.High,
			anchors: []string{"EZAK"}, body: []part{exactly(alnum, 54)},
			find: []string{"EZAK" + "6iIAN9I94cPm5o4NyAQDQUfUb4tFophPo3m8dig3x3sFZ3oPyJjokv"},
			pass: []string{"EZAK" + "0qcJkZfIjiMsTdXatUX6dpVPvOPZDeGvsJIu51O1N5MJMz5TcUUnZ", "EZAK" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "duffel-token", detail: "Duffel live token", severity: gatehouse.High,
			anchors: []string{"duffel_live_"}, body: []part{exactly(urlsafe, 43)},
			find: []string{"duffel_live_" + "lsoMUgOoFaeiWKQPXpbDe_DXoRX-l1Bm_XZDPkhbrKk"},
			pass: []string{"duffel_live_" + "eMEJ_WedYyogz8LZA9neQ1n1TUNbBZ_EIRn6PGBybs", "duffel_live_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "sendgrid-key", detail: "SendGrid API key", severity: gatehouse.Critical,
			anchors: []string{"SG."}, body: []part{exactly(urlsafe, 22), lit("."), exactly(urlsafe, 43)},
			find: []string{"SG." + "rzn53NrzbpLfE9K3UXHHsz.EkuQzDpUOBCX7xF-1fY_mR9kMXShjz91l0cveRqxW75"},
			pass: []string{"SG." + "RGjD11ZmUPhYKaViw57-kq.yXNn9HwUobsUZaUJQ9M-CIAy1ZE3rKnYxXfBAG4HaF", "SG." + "xxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "mailgun-key", detail: "Mailgun API key", severity: gatehouse.High,
			anchors: []string{"key-"}, body: []part{exactly(hex, 32)},
			find: []string{"key-" + "613fcdf9726bef5e7f321a6d78ecc555"},
			pass: []string{"key-" + "474f919ff0246786bb2174c106a7b4c", "key-" + "00000000000000000000000000000000"},
		},
		{
			name: "mailchimp-key", detail: "Mailchimp API key", severity: gatehouse.High,
			anchors: []string{"-us1", "-us2", "-us3", "-us4", "-us5", "-us6", "-us7", "-us8", "-us9"}, before: []part{exactly(hex, 32)}, body: []part{run(digit, 0, 1)},
			find: []string{"921e2c088195273ec45c16d8e59238b2" + "-us1", "6273f7074078ebce8ac4c6d47601181a" + "-us2"},
			pass: []string{"30c6fd46d294d9e0fc117298eea248c" + "-us1"},
		},
		{
			name: "brevo-key", detail: "Brevo API key", severity: gatehouse.High,
			anchors: []string{"xkeysib-", "xsmtpsib-"}, body: []part{exactly(hex, 64), lit("-"), exactly(alnum, 16)},
			find: []string{"xkeysib-" + "0c9bae54fbf27924806695da9a419ae4b0c5c07702b359fd646075b67562aca4-6XjnrXDD7Hfs1MGU", "xsmtpsib-" + "4ae80ce855485a40418081c03d8f7d07619ca792084ad79948c25119c338631b-EPKpDuRzjmj4OfSM"},
			pass: []string{"xkeysib-" + "1230d3ea1e573cfb97c54019eb82c65ed9f97c4e77a70448eed4b9fc7b155a66-8avGdfGAGhYwBJ8", "xkeysib-" + "0000000000000000000000000000000000000000000000000000000000000000-xxxxxxxxxxxxxxxx"},
		},
		{
			name: "newrelic-key", detail: "New Relic user key", severity: gatehouse.High,
			anchors: []string{"NRAK-", "NRII-"}, body: []part{exactly(upper, 27)},
			find: []string{"NRAK-" + "7A590Y80RJ3P9NKT9FGK260Z36Q", "NRII-" + "4GWWC9MCQPF0MWTMCRS3TV0KEHV"},
			pass: []string{"NRAK-" + "8XJJL3H3EX8TT5MQ2CWCIVUF3Y", "NRAK-" + "XXXXXXXXXXXXXXXXXXXXXXXXXXX"},
		},
		{
			name: "grafana-token", detail: "Grafana service account token", severity: gatehouse.High,
			anchors: []string{"glsa_"}, body: []part{exactly(alnum, 32), lit("_"), exactly(anyHex, 8)},
			find: []string{"glsa_" + "xi8qhIJIOJUkwyGxdRW0XzdTgHEnDDho_12069DB7"},
			pass: []string{"glsa_" + "eiFZeyF8CDlOthuEHlmvIRwvgnfuZB9o_C5544be", "glsa_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_00000000"},
		},
		{
			name: "grafana-cloud-token", detail: "Grafana Cloud token", severity: gatehouse.High,
			anchors: []string{"glc_eyJ"}, body: []part{atLeast(base64eq, 40)},
			find: []string{"glc_eyJ" + "yfxmTJRSaTA42NxqdRqXscl/z2sbWAnL/BlRqDEH"},
			pass: []string{"glc_eyJ" + "EhWqDkRW9Sm31MOuWngXjjpKiRl7AAm1fjXppVW", "glc_eyJ" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "sentry-token", detail: "Sentry user token", severity: gatehouse.High,
			anchors: []string{"sntryu_"}, body: []part{exactly(hex, 64)},
			find: []string{"sntryu_" + "4ebd9da548acfe39432263e1e6384379e3a2aa4523017f09298ee7756fa86a84"},
			pass: []string{"sntryu_" + "9f4af1f8f53072a6b1d0c7c256f62d4c6c592e9373680dbe8d6702bba49a258", "sntryu_" + "0000000000000000000000000000000000000000000000000000000000000000"},
		},
		{
			name: "sentry-org-token", detail: "Sentry organisation token", severity: gatehouse.High,
			anchors: []string{"sntrys_eyJ"}, body: []part{atLeast(sentry, 80)},
			find: []string{"sntrys_eyJ" + "KbIP7VFclnf2u+RcX4uUF3q6uTIs33n2yGQDubwOs5+SkQAmay+kKqEcPYOYWExYDIXJTIPoSGx75cZM"},
			pass: []string{"sntrys_eyJ" + "YKIU3jPaRjdSJIhaGGqWmwRk6QrN29l_cZeUXxCBPIV/xgI+RiOqytq3Pe1m8wTD_GUBkkgm2NB+i41", "sntrys_eyJ" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "dynatrace-token", detail: "Dynatrace token", severity: gatehouse.High,
			anchors: []string{"dt0c01.", "dt0s01.", "dt0s16."}, body: []part{exactly(base32, 24), lit("."), exactly(base32, 64)},
			find: []string{"dt0c01." + "SN53ZMUE7SGCY67Y5C46G6VI.RODAVRJA2BCN6YU3C23KTSP5MHZBPZMORBIB4WOP6WGKKPAHP4W7M7YTYWEEHEWW", "dt0s01." + "4T46NDK6PM2ROUPZ3SIENQYP.X7DXSIUWMGARADHNU6OQRT5RV7APH2LMSUZDJZ4YUVTLECXJ26Y6UOU5BCR5QQSU"},
			pass: []string{"dt0c01." + "X7Z7TZK4M4SYLUTPSY6L7VJC.DDS2Y2FGPPAE4HMS26BYRJ5CJY3JZRRT4KLT5E2UF2U3BZVP7BRYLGRZXJK7USD", "dt0c01." + "XXXXXXXXXXXXXXXXXXXXXXXX.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"},
		},
		{
			name: "hubspot-token", detail: "HubSpot private app token", severity: gatehouse.High,
			anchors: []string{"pat-na1-", "pat-na2-", "pat-eu1-"}, body: uuid(hex),
			find: []string{"pat-na1-" + "02becb3f-4137-a5c0-62c1-7f3f6dae837f", "pat-na2-" + "da5d997a-0082-fd11-ad26-ac071446c925"},
			pass: []string{"pat-na1-" + "430129f6-c4b8-d1fb-7eec-af5011bae41", "pat-na1-" + "00000000-0000-0000-0000-000000000000"},
		},
		{
			name: "notion-token", detail: "Notion integration token", severity: gatehouse.High,
			anchors: []string{"ntn_"}, body: []part{run(alnum, 43, 60)},
			find: []string{"ntn_" + "BWzWMrspMVYs75VMf5Wy2SNf8CWf6QkYo444GlDOzYd"},
			pass: []string{"ntn_" + "7RJBGcF9XJhQ2QpwQ3Nvl8s46VT9a0nGNGVuUUGcLU", "ntn_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "typeform-token", detail: "Typeform token", severity: gatehouse.High,
			anchors: []string{"tfp_"}, body: []part{run(dotted, 40, 64)},
			find: []string{"tfp_" + "VC_bEpHfQORjJyl1mDo5yd3q1p22bPyoIDGacC0J"},
			pass: []string{"tfp_" + "sdFRlr6FCbCIkfQvqTpcdeSQQIJmBfv2kVonq61", "tfp_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "contentful-token", detail: "Contentful personal access token", severity: gatehouse.High,
			anchors: []string{"CFPAT-"}, body: []part{exactly(urlsafe, 43)},
			find: []string{"CFPAT-" + "OtGXySE0hhr8fjzhjEnvFoJOU4t5a6O6lZxkjfK3g_6"},
			pass: []string{"CFPAT-" + "Cz5s0ave9BqsOGTxr3EFZiNxw3zE0Zsxw6WcxxBSQy", "CFPAT-" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "readme-key", detail: "ReadMe API key", severity: gatehouse.High,
			anchors: []string{"rdme_"}, body: []part{exactly(lower, 70)},
			find: []string{"rdme_" + "met8in6xntpmzo95dsisx3xqnchlq88sc02hfh7zohmr5cnyujkrvpltmwarmbe8ftq0f8"},
			pass: []string{"rdme_" + "nzq3goscv6cljjnoosgz0r0vkbsxjw930qfbdop755r1gpcx2s6q7egugyvsjdrs08k7o", "rdme_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "mapbox-secret-token", detail: "Mapbox secret token", severity: gatehouse.High,
			anchors: []string{"sk.eyJ"}, body: []part{atLeast(urlsafe, 40), lit("."), atLeast(urlsafe, 20)},
			find: []string{"sk.eyJ" + "lhcFeO2Kp-QYocrq4w2cr1G62JXZ6YdORDF4rVYD.zqqKAAuDcU0r-v0Zyd8F"},
			pass: []string{"sk.eyJ" + "FLS3cDIF_lDu-pxxOtMPMVbkUgIj_2uJfMozvvdy.Fegq145U9sffDOaaGhP", "sk.eyJ" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "facebook-token", detail: "Facebook access token", severity: gatehouse.High,
			anchors: []string{"EAAB", "EAAC", "EAAD", "EAAG", "EAAM"}, body: []part{run(alnum, 90, 500)},
			find: []string{"EAAB" + "FUk7qe9fbf2SNshl9gSSKBu9Mt3pIeRGymvCVE33e3vJPyQCGap4P7Wz3wDuht3gVz7UjmLNueHMorzc7FR0hUOjdI", "EAAC" + "voJ7Gj1PCunItDRH9jLrhuh9LTDBpqNeNXIdRCJl0ykWWMjGcflEabYcR8ADhd3nMrowxVBbSx8QvMl3ZmDIxQc1wR"},
			pass: []string{"EAAB" + "vhTeI3Drg3zpZUqNiCpHIWKEVoEdZj9fiA0khciysIgKEqsLTc9Lbs1Si1ZYWOvD0v7ZBSuJdmtqXVQbusYFv1NPi", "EAAB" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "twitter-bearer-token", detail: "X (Twitter) bearer token", severity: gatehouse.High,
			anchors: []string{"AAAAAAAAAAAAAAAAAAAAA"}, body: []part{run(bearer, 60, 140)},
			find: []string{"AAAAAAAAAAAAAAAAAAAAA" + "QrHlyCCQiLgkr8yHsMaW3TKwQTJOTzHnG5S61qqJzYx50nfeBIbRu4izlpGn"},
			pass: []string{"AAAAAAAAAAAAAAAAAAAAA" + "3s6KtiXF69iW1yGb55ucWOGRPsTydHv6RZ3d8VwzAuyh2ntsz0aGm0EvWtn", "AAAAAAAAAAAAAAAAAAAAA" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "dropbox-token", detail: "Dropbox access token", severity: gatehouse.High,
			anchors: []string{"sl.u.", "sl.B"}, body: []part{atLeast(urlsafe, 120)},
			find: []string{"sl.u." + "00fYHgMIbHZl2tYKVTo0RPQbGCty9lk1bPngwrJ-K2kW1HNbKH4Hrx08hFy7SzViUAV51GgvoBJtdJJrih_Bt0xfEGLyWO1QdgahsFVkZZi7kVk2C5u6V7wo", "sl.B" + "rPIcothYP5Nm8xCymvpMzMyMxti_kL9Rt8s4e-rSe_DOFTvjgy12uCHjSwfeUnddCERB9VwSUswxo2RxMqJeaxUXMN_RBSsgIR2HAS4W9GOuDegFDMpD8Eh8"},
			pass: []string{"sl.u." + "Cf5Dd7ztkIIYzgzkQUSPs0o8zOaY9Xz8Gg8F-KqpNfhXxmc1jzLvIFZZYGli3A_N4hYU_gYl6FuXxFCtzP6-NuiswNyBp0P80fTkGKpOGOaI0Nfjj3afduM", "sl.u." + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "adobe-client-secret", detail: "Adobe client secret", severity: gatehouse.High,
			anchors: []string{"p8e-"}, body: []part{exactly(alnum, 32)},
			find: []string{"p8e-" + "7U1xTHePtiosaXPl3bxcb0dfMlQp5w2A"},
			pass: []string{"p8e-" + "LLxz2kxGTAuzhUTgVyIxZD5klM9mtYk", "p8e-" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
	}
}
