package secret

import "gatehouse.dev"

// cloudProviders are clouds, hosts and stores of data or secrets.
func cloudProviders() []provider {
	return []provider{
		{
			name: "aws-access-key", detail: "AWS access key ID", severity: gatehouse.High,
			anchors: []string{"AKIA", "ASIA", "ABIA", "ACCA"}, body: []part{exactly(base32, 16)},
			find: []string{"AKIA" + "PYCDYBK377OXTZQ6", "ASIA" + "SVIZX3ORO7NZQDG4"},
			pass: []string{"AKIA" + "W5LLTZQLI3N4FVU", "AKIA" + "XXXXXXXXXXXXXXXX"},
		},
		{
			name: "aws-session-token", detail: "AWS session token", severity: gatehouse.High,
			anchors: []string{"FwoGZXIvYXdz", "IQoJb3JpZ2lu"}, body: []part{atLeast(base64, 100)},
			find: []string{"FwoGZXIvYXdz" + "QhWKLR2PrTkhzRcAfMn+AqXulPjnhZFaeSz9sAbfNvrXrIlQ7tZE8SSz2YvGvW2qRuP4Nh33C66Rc7pB0FyYZq0oWI0XNN7LWBZk", "IQoJb3JpZ2lu" + "5ZtYtN0+Hqd5rcAEEVACEPFy+eLf1HSst9bjRrsVw2eX52efevI7oqEZxViBmp2P9IW3t1RghMCOz2/5mvfWUEznq+Wu6G0yICAi"},
			pass: []string{"FwoGZXIvYXdz" + "lhritTXwBUz0oJPmazh9/B+SRt8ahUmXJS8kIpIkOZK8SDyswtc1dX31ZdJb4XHj++3vYV4UeeYLOvbC50AGpOK8jYfn1a2CVo4", "FwoGZXIvYXdz" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "aws-bedrock-key", detail: "Amazon Bedrock API key", severity: gatehouse.Critical,
			anchors: []string{"ABSKQmVkcm9ja0FQSUtleS1"}, body: []part{atLeast(base64, 80)},
			find: []string{"ABSKQmVkcm9ja0FQSUtleS1" + "timge8qlOnwzZr68Uo2EqmTiyXg89BOBiw7a25ILEd7/BwkUYg2bDn+GJBxZ2Qfg1KxkvAubKWLunUpy"},
			pass: []string{"ABSKQmVkcm9ja0FQSUtleS1" + "lWCgsMVGYL83WU5eEXElgKODOhyskkPv0Hq3hdhjYaI859vD0b2Hvib5WEPeq+4Fyp7jeDAYG2LYYnL", "ABSKQmVkcm9ja0FQSUtleS1" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "aws-bedrock-session-key", detail: "Amazon Bedrock short-term API key", severity: gatehouse.High,
			anchors: []string{"bedrock-api-key-"}, body: []part{atLeast(base64, 60)},
			find: []string{"bedrock-api-key-" + "plB6aweoW/BcChrmkuisTjaErlkESB7aJKZnPhFAomXpizNIqiWVVcw9UD/C"},
			pass: []string{"bedrock-api-key-" + "sdbuufN7gKiw0sbuABTHmevB15JveB8CGsnkaIMQYxWvrVtSCGJZNpM/J+e", "bedrock-api-key-" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "amazon-mws-token", detail: "Amazon MWS token", severity: gatehouse.High,
			anchors: []string{"amzn.mws."}, body: uuid(hex),
			find: []string{"amzn.mws." + "8ea3aba3-b782-0337-35f1-5434f3cb8fec"},
			pass: []string{"amzn.mws." + "b37f8cc7-01e6-6c2f-9d02-c37744458d5", "amzn.mws." + "00000000-0000-0000-0000-000000000000"},
		},
		{
			name: "google-api-key", detail: "Google API key", severity: gatehouse.High,
			anchors: []string{"AIza"}, body: []part{exactly(urlsafe, 35)},
			find: []string{"AIza" + "j3MjSaBaMYoc58TUt2djaXEcqEtJzPmtOTv"},
			pass: []string{"AIza" + "7eCU3Z1lMJ2uCgtMzZmrpj38tYNN5t6kba", "AIza" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "google-oauth-secret", detail: "Google OAuth client secret", severity: gatehouse.High,
			anchors: []string{"GOCSPX-"}, body: []part{exactly(urlsafe, 28)},
			find: []string{"GOCSPX-" + "tbWMAahdmwEbZ6kNsOzc3GvJl554"},
			pass: []string{"GOCSPX-" + "nBFkMcBFF_zaEJHwKhIyHVMPYvE", "GOCSPX-" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "google-oauth-token", detail: "Google OAuth access token", severity: gatehouse.High,
			anchors: []string{"ya29."}, body: []part{atLeast(urlsafe, 30)},
			find: []string{"ya29." + "yVfw4_LpTwbNS3sG0sCHO-7LVj2zCb"},
			pass: []string{"ya29." + "RR1n45tsbB_qKropOIRK_l2gRX2Do", "ya29." + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "google-refresh-token", detail: "Google OAuth refresh token", severity: gatehouse.High,
			anchors: []string{"1//0"}, body: []part{atLeast(urlsafe, 40)},
			find: []string{"1//0" + "kPmSNwF2qJCJqLdJcPhha6SmKKFlRY-VGZsmkJVg"},
			pass: []string{"1//0" + "VEGt0DHEx0lfWAV8WrL2yq2VBROSVlcRL583ejr", "1//0" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "azure-storage-key", detail: "Azure storage account key", severity: gatehouse.Critical,
			anchors: []string{"AccountKey="}, body: []part{exactly(base64, 86), lit("==")},
			find: []string{"AccountKey=" + "toh1yTn/QQ8we2sof/oQhOTqFPogyAFxjiUyPTvsjtMJERSL+Dr/L1EcXQTrZlJuo7mA+Omrz/BIthUjAfX8s9=="},
			pass: []string{"AccountKey=" + "AU0MKAQ8x1o+TMGaJle9IQ6Y54er+SMhgJjarbJaFpaQqfoFdHCwVQR0OfKtEeZCyvz9QoqfhlKeb+lgJtWvi==", "AccountKey=" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=="},
		},
		{
			name: "azure-shared-access-key", detail: "Azure Service Bus or Event Hubs key", severity: gatehouse.Critical,
			anchors: []string{"SharedAccessKey="}, body: []part{exactly(base64, 43), lit("=")},
			find: []string{"SharedAccessKey=" + "3XGRStwl7qoqDqlY7VKTb+Yeq5qisxTK0V2dPDOEslL="},
			pass: []string{"SharedAccessKey=" + "DyuqyKzZR22XSQ0vpP4XLlYOkDdzm2jwJHEniXgGAX=", "SharedAccessKey=" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx="},
		},
		{
			name: "azure-client-secret", detail: "Microsoft Entra client secret", severity: gatehouse.Critical,
			anchors: []string{"0Q~", "1Q~", "2Q~", "3Q~", "4Q~", "5Q~", "6Q~", "7Q~", "8Q~", "9Q~"}, before: []part{exactly(entra, 3)}, body: []part{run(entra, 31, 34)},
			find: []string{"Poc0Q~" + "ViuMKUM7Ealfiwb_6TM.FQBd9PdRB.W", "U3M1Q~" + "LonxmhmsbEL.5dpyA5kx4tRcZ~umZK2"},
			pass: []string{"A570Q~" + "vdL.1lTwhF6n.T3J1Sf~iqhkF.5KHn"},
		},
		{
			name: "azure-devops-token", detail: "Azure DevOps personal access token", severity: gatehouse.High,
			anchors: []string{"AZDO"}, before: []part{exactly(alnum, 76)}, body: []part{exactly(alnum, 4)},
			find: []string{"oVtwsF5CqwmbBePLFOOXBhgXfDxesTEZqZgeEInM1Lj92mMGtYbrhXnk3RwdImAmaxhYs8b8Yf9cAZDO" + "eeNS"},
			pass: []string{"SB1O8YXYKNzitsJ1XJX0Bs6ae2T8Bs2WFdEH4QrkfApVf3E3i9cMa8Eb35IcZss2UtVP3eVvYdOEAZDO" + "S6g"},
		},
		{
			name: "azure-function-key", detail: "Azure Functions key", severity: gatehouse.High,
			anchors: []string{"AzFu"}, before: []part{exactly(urlsafe, 44)}, body: []part{exactly(urlsafe, 5), exactly(entraEnd, 1), lit("==")},
			find: []string{"dKkvAGlpfe9pmvenfsOEUBUIZ8AT4LBU7i9xSeEevmTpAzFu" + "mWuFfA=="},
			pass: []string{"IST_VoUhyPYU4ayJ-ucROwGKT4X9sgqxlVIpacuec6d2AzFu" + "6C3lz=="},
		},
		{
			name: "azure-search-key", detail: "Azure AI Search key", severity: gatehouse.High,
			anchors: []string{"AzSe"}, before: []part{exactly(alnum, 42)}, body: []part{exactly(alnum, 6)},
			find: []string{"PDEhw0CybnIsMjosqKKl7AG6oUBEwL2wdPokNvn5zMAzSe" + "rSjKsX"},
			pass: []string{"ehBA2dEmH9VZYNhkIbGXtIqeJrmx7n9q1EPdyZm78tAzSe" + "g2oTM"},
		},
		{
			name: "azure-cosmos-key", detail: "Azure Cosmos DB key", severity: gatehouse.Critical,
			anchors: []string{"ACDb"}, before: []part{exactly(base64, 76)}, body: []part{exactly(base64, 6), lit("==")},
			find: []string{"ESGe4Rg7heOE6pULbedORuADtPktoEMxLN0TDNwEPntnlopGLvVfYrwt6Dpj0dz2N2GL5oso2KARACDb" + "3xMU5S=="},
			pass: []string{"nSERwiKlGLp/gbwUuS7PzvL01N37wQvdngc9j/+v6x024h8OyFp3TD+vakeeVZ5Cmi64eUrGqqtwACDb" + "GBy6b=="},
		},
		{
			name: "azure-ai-key", detail: "Azure AI services key", severity: gatehouse.High,
			anchors: []string{"JQQJ99"}, before: []part{exactly(alnum, 52)}, body: []part{exactly(alnum, 26)},
			find: []string{"3Ck811pFAVLnyZxGMJpFvpT0oJEM8anxI8xiDkCWxfGDSrnWSz2pJQQJ99" + "U9zCaIF188xKeavvplpMfi8Zsc"},
			pass: []string{"ChQbGpNyQXdR1Dw2nCj1S3SbmprtIGPvJkrn9dCKrBOB8RC2FaxPJQQJ99" + "VjWFxL4SlWSGqq9Ff5ybBz3YK"},
		},
		{
			name: "digitalocean-token", detail: "DigitalOcean token", severity: gatehouse.Critical,
			anchors: []string{"dop_v1_", "doo_v1_", "dor_v1_"}, body: []part{exactly(hex, 64)},
			find: []string{"dop_v1_" + "146c14d7e4453188668228a073c5291fceb3fe6b2950f4322607801bee0cb47b", "doo_v1_" + "57a32d5a9709978d2ab7be4cb75bbea42efb353212ddf1bb10b870f597106e22"},
			pass: []string{"dop_v1_" + "6b1fb26ddfd0379ce33db8771f70efd94f0ff594954053121613d8ba3816b4b", "dop_v1_" + "0000000000000000000000000000000000000000000000000000000000000000"},
		},
		{
			name: "heroku-key", detail: "Heroku API key", severity: gatehouse.High,
			anchors: []string{"HRKU-"}, body: []part{run(urlsafe, 58, 64)},
			find: []string{"HRKU-" + "EHP4rj77S9HXWCuJmUkQDgsH88paVIbqFJ8FHL7b6YTQLGQscPUAor0LjT"},
			pass: []string{"HRKU-" + "cjEN9RE0fj3IzFYzGPwKVwp6nMXep8BBTnT17P-2RdHSvUY5wrdjvswI3", "HRKU-" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "alibaba-access-key", detail: "Alibaba Cloud access key ID", severity: gatehouse.Medium,
			anchors: []string{"LTAI"}, body: []part{run(alnum, 16, 22)},
			find: []string{"LTAI" + "99C6CmR9OwxYy0Bk"},
			pass: []string{"LTAI" + "HsrbORw54TTPiaw", "LTAI" + "xxxxxxxxxxxxxxxx"},
		},
		{
			name: "tencent-secret-id", detail: "Tencent Cloud secret ID", severity: gatehouse.Medium,
			anchors: []string{"AKID"}, body: []part{exactly(alnum, 32)},
			find: []string{"AKID" + "kmn8Vydt0fkFDZWNEY8z5MhmTvEClYQh"},
			pass: []string{"AKID" + "1YRtBC2nkCRHKhqizLze37Wu6JHxIh2", "AKID" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "cloudflare-origin-key", detail: "Cloudflare Origin CA key", severity: gatehouse.High,
			anchors: []string{"v1.0-"}, body: []part{exactly(hex, 24), lit("-"), exactly(hex, 146)},
			find: []string{"v1.0-" + "eddabaabd3c0eba0093e4b28-e4b777e53f97128954986bcea91a974868518a8c3b6a314ae5b0f77841d4510cc06512697423ee57e8e8adc3c34879674a12ddbbb7db9fa8d4934562251317f3aadc6549cd85f06e99"},
			pass: []string{"v1.0-" + "dcd2d54cf1f87dd87ff79fb3-b6eb67e7d2939b5a32a792c3db66015fb8756f2f8c50f3b21c93fc2b43b2601cce1a75d7b62819d0edf2a11f04e18369663047bf117617edd2e239646412f969a6a67cf855fded19c", "v1.0-" + "000000000000000000000000-00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"},
		},
		{
			name: "fly-token", detail: "Fly.io access token", severity: gatehouse.High,
			anchors: []string{"fm1r_", "fm1a_", "fm2_", "fo1_"}, body: []part{atLeast(base64eq, 40)},
			find: []string{"fm1r_" + "KKCm81X0+oPA277QBEIEmnkT9tTv4snNZqsk2+z+", "fm1a_" + "6XItxo3FmROdav6A8hg0r9m0RHsXkClSCh3VuC3k"},
			pass: []string{"fm1r_" + "c9GSBSsMrPrIngKOItQv/4n4KdIsKDniSwP1h0V", "fm1r_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "netlify-token", detail: "Netlify personal access token", severity: gatehouse.High,
			anchors: []string{"nfp_"}, body: []part{exactly(alnum, 36)},
			find: []string{"nfp_" + "tYqIG02sbqWOtORoKLDcCg2ZZd7HF3oYfhJm"},
			pass: []string{"nfp_" + "tD4qkqkvHn2DwfNwebVMbsyNfKH8iarLKUW", "nfp_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "vercel-blob-token", detail: "Vercel Blob token", severity: gatehouse.High,
			anchors: []string{"vercel_blob_rw_"}, body: []part{exactly(alnum, 16), lit("_"), atLeast(alnum, 20)},
			find: []string{"vercel_blob_rw_" + "M7hZrrSCe3tRxUl4_YvEemRWtdP4Cy7QkeFSg"},
			pass: []string{"vercel_blob_rw_" + "wDTy8MLBo4vMeVbu_uMHbtxUL3wF2RwE0qfo", "vercel_blob_rw_" + "xxxxxxxxxxxxxxxx_xxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "supabase-token", detail: "Supabase access token", severity: gatehouse.Critical,
			anchors: []string{"sbp_"}, body: []part{exactly(hex, 40)},
			find: []string{"sbp_" + "7eb443655c518569cb2e0fc1b0f62e3b5993aae7"},
			pass: []string{"sbp_" + "805475920f35122eeb74fc4837761b8f18facde", "sbp_" + "0000000000000000000000000000000000000000"},
		},
		{
			name: "supabase-secret-key", detail: "Supabase secret key", severity: gatehouse.Critical,
			anchors: []string{"sb_secret_"}, body: []part{run(urlsafe, 31, 40)},
			find: []string{"sb_secret_" + "059kLmdqrigWHMqqv7VJXZeLTWTfljk"},
			pass: []string{"sb_secret_" + "C3iu94t-jmejhrFHu17DztmlMTm2m4", "sb_secret_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "planetscale-token", detail: "PlanetScale credential", severity: gatehouse.High,
			anchors: []string{"pscale_tkn_", "pscale_pw_", "pscale_oauth_"}, body: []part{run(dotted, 32, 64)},
			find: []string{"pscale_tkn_" + "4UiqdRB-XtawAkQI-HIDhnvzkB0aYALA", "pscale_pw_" + "Xwp20eJfwMw6Lv3AL9S7846OkxvCoxv5"},
			pass: []string{"pscale_tkn_" + "gO4TXtC_acdvM6TTMZR6i3NeS5QQZan", "pscale_tkn_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "neon-key", detail: "Neon API key", severity: gatehouse.High,
			anchors: []string{"napi_"}, body: []part{exactly(lower, 64)},
			find: []string{"napi_" + "4vn3bp5qjwkgjdankbt6iclire0llzbrzzjhofjfdryfwa7jvwbkxxt4rfwpjon8"},
			pass: []string{"napi_" + "wq6j0cv802ezl7pt59kflcs3oa5ku1hu53ombdt02l3d79ugtaegew0n8kzujx2", "napi_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "databricks-token", detail: "Databricks access token", severity: gatehouse.High,
			anchors: []string{"dapi"}, body: []part{exactly(hex, 32)},
			find: []string{"dapi" + "cccab4f92d2bbc1de562d6d244b32ca9"},
			pass: []string{"dapi" + "2f370997b5125b1c760bc7c40a23605", "dapi" + "00000000000000000000000000000000"},
		},
		{
			name: "mongodb-atlas-secret", detail: "MongoDB Atlas service account secret", severity: gatehouse.High,
			anchors: []string{"mdb_sa_sk_"}, body: []part{exactly(urlsafe, 40)},
			find: []string{"mdb_sa_sk_" + "oY6-gHUuj7cbWkdkfm1vKF-CtUELq6xEPKxZi774"},
			pass: []string{"mdb_sa_sk_" + "puLC3GGFX-Ta37FKDsTuNThu_YMMU301QM_GcBe", "mdb_sa_sk_" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "aiven-password", detail: "Aiven service password", severity: gatehouse.High,
			anchors: []string{"AVNS_"}, body: []part{exactly(urlsafe, 19)},
			find: []string{"AVNS_" + "LpsVyywe25ccZeR7DFL"},
			pass: []string{"AVNS_" + "aUmk1adUjwDCdC8Gjh", "AVNS_" + "xxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "pulumi-token", detail: "Pulumi access token", severity: gatehouse.High,
			anchors: []string{"pul-"}, body: []part{exactly(hex, 40)},
			find: []string{"pul-" + "cc778bf3113795c5e96e15a80f0962bf4d129f71"},
			pass: []string{"pul-" + "70680ed4cac2adf2f95cb21ac22103a76e0fdd2", "pul-" + "0000000000000000000000000000000000000000"},
		},
		{
			name: "terraform-token", detail: "Terraform Cloud token", severity: gatehouse.High,
			anchors: []string{".atlasv1."}, before: []part{exactly(alnum, 14)}, body: []part{run(urlsafe, 60, 70)},
			find: []string{"ht5iPc0xx31Sbu.atlasv1." + "pwe93pTUJtKp4_INMMUVb1SLi7hKUR-iXHU7OaGfxb4646QQzRQRggRlmyT4"},
			pass: []string{"ur6Nye04Yc4g6p.atlasv1." + "crE5kJQ3wIBeJBFqaZtPpcBOVCKaC18ZF0m0o1HlpDRDDx3i9gELHzC0Rsj"},
		},
		{
			name: "vault-token", detail: "HashiCorp Vault token", severity: gatehouse.Critical,
			anchors: []string{"hvs.", "hvb.", "hvr."}, body: []part{run(urlsafe, 90, 300)},
			find: []string{"hvs." + "PI2WINQ-H00SKx86iJffFK7q4i0NWBJBiWYOdJ9JeMTlgXWw4SxGTriVZq2p2DRZMZKq2NO1SK-3tK8tWJsK8tAzSs", "hvb." + "KtOf62HFpDXcfdK0mWA4ZPaKvcvaUHco6Tepbr6-eSPL-S-4fWuBeJ00vSnbyjjrKU0lWKf1LncS8h9ZNi8fTq3PTF"},
			pass: []string{"hvs." + "IyIU-txIIpu8QU7v9FbRdwS1QJFB0wCQFWvnls29QLPVUECvj5i0s3PTfcVg1XQZTkclCyGukBGjX_6C5uLjSyl8X", "hvs." + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "doppler-token", detail: "Doppler token", severity: gatehouse.High,
			anchors: []string{"dp.pt.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."}, body: []part{run(alnum, 40, 44)},
			find: []string{"dp.pt." + "GOX7oJuDpmwNvZ3mG17z7GlGg6oBiuxvpAx5avvL", "dp.ct." + "wroUMbbg5ajgYp5lK6h3VZRiarieZmyS6ItuVzNw"},
			pass: []string{"dp.pt." + "kqJxVmarzKQRibuwNr2I7V8Y60yIUgE2KkT4h6g", "dp.pt." + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "onepassword-service-token", detail: "1Password service account token", severity: gatehouse.Critical,
			anchors: []string{"ops_eyJ"}, body: []part{atLeast(base64eq, 200)},
			find: []string{"ops_eyJ" + "u8ZZyAbYZowIt4rlJDnadpPi/ZudHrcQ+y1kSRnWy3t8CP9pfomgM39yIhX5iglP9do2HMyN0RIamO8ZqRuA7VM7grJnteY3o2Q+Zb5q0xyNOgzbQaphV6ryoe56Nafkp/Ly91srgTbw8VHEneXLPog+fU1RRKnKCEPNkvm+K+lHLy/J/9xSvd+lREiekbTbtgRFR6A8"},
			pass: []string{"ops_eyJ" + "r7xSJ8YgTXAT3BJGtiL7boSIkIhFCsuaT6IqLnggwA8BB+fYr+7AUUs21LBPu2YF2iWAIyynOAVCxy77FgI2pJrME9vVo6rKQO1ln/ZV1BRqLmpUWtfU4/MdGqPMqINViFGJF573divaGGBOKeiL7f4+1G0ofNYQyecovR1s0ZfZYmLXXYYTcS07hmfyOxU7B24Uy6J", "ops_eyJ" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "age-secret-key", detail: "age secret key", severity: gatehouse.Critical,
			anchors: []string{"AGE-SECRET-KEY-1"}, body: []part{exactly(bech32, 58)},
			find: []string{"AGE-SECRET-KEY-1" + "MPUHP5NQR5LLCYLEPD520YAALUCCN335SYUWH6KNKE4YRU33U7DPC52XQC"},
			pass: []string{"AGE-SECRET-KEY-1" + "QVP80T4KATM0AQ9YCSNHEYJTXQ3QY6ZTP2QY77GJMF9PS0W38A6NAKZUG", "AGE-SECRET-KEY-1" + "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"},
		},
		{
			name: "tailscale-key", detail: "Tailscale key", severity: gatehouse.High,
			anchors: []string{"tskey-auth-", "tskey-api-", "tskey-client-"}, body: []part{run(alnum, 9, 20), lit("-"), run(alnum, 20, 40)},
			find: []string{"tskey-auth-" + "7I8MjBSkM-MfHnLJfB5dT9qODonJs6", "tskey-api-" + "EwGUhCQNR-6vMMAW3zDNM45wVw6Kvr"},
			pass: []string{"tskey-auth-" + "FbBZ4a6By-CjjpMuDbJyLLgx9nR7T", "tskey-auth-" + "xxxxxxxxx-xxxxxxxxxxxxxxxxxxxx"},
		},
		{
			name: "yandex-key", detail: "Yandex Cloud API key", severity: gatehouse.High,
			anchors: []string{"AQVN"}, body: []part{run(urlsafe, 35, 38)},
			find: []string{"AQVN" + "AqYH6IRFaoOy5MtyyqrhbMNMWiLkDZOdG6g"},
			pass: []string{"AQVN" + "lLSIUXdizO6H-tmS-jSTqjfXGuBQLh6QED", "AQVN" + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		},
	}
}
