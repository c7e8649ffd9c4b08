package secret

import (
	"strings"

	"gatehouse.dev"
	"gatehouse.dev/detect"
)

// cloudRules find the secrets of clouds that have no prefix of their own and are known by their names.
func cloudRules() []detect.Rule {
	return []detect.Rule{
		{
			ID: "secret/aws-secret-key", Detail: "AWS secret access key", Severity: gatehouse.Critical, Confidence: 0.95,
			Anchors: [][]string{{
				"secret_access_key", "secretaccesskey", "secret-access-key", "secret access key", "aws_secret_key",
				"awssecretkey", "aws_secret", "aws.secretkey",
			}},
			Match: func(text string, _, to int) (int, int, bool) {
				v, ok := assigned(text, to)
				if !ok || v.end-v.start != 40 || !all(text[v.start:v.end], base64) {
					return 0, 0, false
				}
				return v.start, v.end, true
			},
			Valid: func(s string) bool { return random(s) && entropy(s) >= 4 && classes(s)&7 == 7 },
			Find: []string{
				"aws_secret_access_key = " + "t7Qm2vB9xYc4Lk8RzW1p" + "Hs6Nf3Ug5Jd0Ea+/TiOy",
				`"SecretAccessKey": "` + "0pLq8Zr5Yt2Wm9Xv4Bn7" + `Kc1Jh6Gf3Ds/QaSdEwRu"`,
			},
			Pass: []string{
				"aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
				"aws_secret_access_key = " + "t7Qm2vB9xYc4Lk8RzW1p" + "Hs6Nf3Ug5Jd0Ea+/TiO",
				"commit_sha = 0b1c2d3e4f5a69788796a5b4c3d2e1f0a9b8c7d6",
			},
		},
		{
			ID: "secret/gcp-service-account", Detail: "Google Cloud service account key", Severity: gatehouse.Critical, Confidence: 0.98,
			Anchors: [][]string{{"service_account"}},
			Match:   serviceAccount,
			Valid:   func(s string) bool { return !placeholder(s) },
			Find: []string{
				`{"type": "service_account", "project_id": "p1", "private_key_id": "` + "9f3c1e7ab25d4860f1c2" + `b3a495867788990a1b2c"}`,
			},
			Pass: []string{
				`{"type": "authorized_user", "private_key_id": "` + "9f3c1e7ab25d4860f1c2" + `b3a495867788990a1b2c"}`,
				`{"type": "service_account", "project_id": "p1"}`,
			},
		},
		{
			ID: "secret/azure-sas-token", Detail: "Azure shared access signature", Severity: gatehouse.High, Confidence: 0.9,
			Anchors: [][]string{{"sig="}, {"sv=20", "sr=", "skn="}, {"se="}}, Window: 400,
			Pattern: `[?&]sig=(?P<v>[A-Za-z0-9+/%]{43,70}(?:%3[dD]|=))`,
			Valid:   random,
			Find:    []string{"https://a.blob.core.windows.net/c?sv=2024-11-04&se=2027-01-01&sr=b&sp=r&sig=" + "pQ7xW2%2BkV9mZ4nL8tR1yB6cH3jF5dG0sA%2FeUiOq" + "KwXz%3D"},
			Pass: []string{
				"https://a.blob.core.windows.net/c?sv=2024-11-04&se=2027-01-01&sr=b&sp=r&sig=" + "pQ7xW2",
				"https://a.blob.core.windows.net/c?sv=2024-11-04&se=2027-01-01&sr=b&sp=r&sig=<signature>",
			},
		},
		{
			ID: "secret/aws-presigned-url", Detail: "AWS presigned URL", Severity: gatehouse.Medium, Confidence: 0.95,
			Anchors: [][]string{{"x-amz-signature="}}, Window: 80,
			Pattern: `(?i:X-Amz-Signature)=(?P<v>[0-9a-f]{64})\b`,
			Valid:   random,
			Find:    []string{"https://b.s3.amazonaws.com/k?X-Amz-Expires=300&X-Amz-Signature=" + "3f9a1c7e5b2d8064f1e3c5a79b8d60f2" + "4e6c8a1b3d5f70921c4e6a8b0d2f4163"},
			Pass:    []string{"https://b.s3.amazonaws.com/k?X-Amz-Expires=300&X-Amz-Signature=" + "3f9a1c7e5b2d8064f1e3c5a79b8d60f2" + "4e6c8a1b3d5f70921c4e6a8b0d2f416"},
		},
		{
			ID: "secret/datadog-key", Detail: "Datadog API or application key", Severity: gatehouse.High, Confidence: 0.9,
			Anchors: [][]string{{"dd_api_key", "dd_app_key", "dd-api-key", "dd-application-key", "datadog_api_key", "datadog_app_key"}},
			Match:   assignedHex(32, 40),
			Valid:   random,
			Find:    []string{"DD_API_KEY=" + "4c81e0f7a92b6d35" + "c8e14f7029ab6d53", "DD-APPLICATION-KEY: " + "4c81e0f7a92b6d35c8e1" + "4f7029ab6d53e0f7a92b"},
			Pass:    []string{"DD_API_KEY=" + "4c81e0f7a92b6d35" + "c8e14f7029ab6d5", "DD_API_KEY=00000000000000000000000000000000"},
		},
		{
			ID: "secret/twilio-auth-token", Detail: "Twilio auth token", Severity: gatehouse.High, Confidence: 0.9,
			Anchors: [][]string{{"twilio"}, {"token", "secret"}}, Window: 80,
			Pattern: `(?i:auth_?token|secret)["']?\s{0,3}[=:]\s{0,3}["']?(?P<v>[0-9a-f]{32})\b`, Valid: random,
			Find: []string{"TWILIO_AUTH_TOKEN=" + "8b1f3d5e7c9a2046" + "b8d1f3e5a7c90264"},
			Pass: []string{"TWILIO_AUTH_TOKEN=" + "8b1f3d5e7c9a2046" + "b8d1f3e5a7c9026"},
		},
		{
			ID: "secret/facebook-app-token", Detail: "Facebook app access token", Severity: gatehouse.High, Confidence: 0.9,
			Anchors: [][]string{{"facebook", "fb_", "graph."}},
			Pattern: `\b(?P<v>\d{13,17}\|[A-Za-z0-9_-]{27})\b`, Valid: random,
			Find: []string{"facebook " + "1308742762612587|" + "rhoK1cbv0DOU_RTX_87O4MkX7AI"},
			Pass: []string{"facebook " + "1308742762612587|" + "rhoK1cbv0DOU_RTX_87O4MkX7A"},
		},
		{
			ID: "secret/twilio-api-key", Detail: "Twilio API key", Severity: gatehouse.High, Confidence: 0.85,
			Anchors: [][]string{{"twilio"}},
			Pattern: `\bSK[0-9a-f]{32}\b`, Valid: func(s string) bool { return random(s[2:]) },
			Find: []string{"twilio key " + "SK" + "8b1f3d5e7c9a2046b8d1f3e5a7c90264"},
			Pass: []string{"TWILIO_ACCOUNT_SID=" + "AC" + "8b1f3d5e7c9a2046b8d1f3e5a7c90264"},
		},
	}
}

// assignedHex returns a matcher for a value of that many lower-case hexadecimal digits.
func assignedHex(lengths ...int) func(text string, from, to int) (int, int, bool) {
	return func(text string, _, to int) (int, int, bool) {
		v, ok := assigned(text, to)
		if !ok || !all(text[v.start:v.end], hex) {
			return 0, 0, false
		}
		for _, n := range lengths {
			if v.end-v.start == n {
				return v.start, v.end, true
			}
		}
		return 0, 0, false
	}
}

// serviceAccount finds the key ID beside "type": "service_account"; the key itself is a private-key finding.
func serviceAccount(text string, _, to int) (int, int, bool) {
	near := text[max(0, to-3000):min(len(text), to+600)]
	base := max(0, to-3000)
	i := strings.Index(near, "private_key_id")
	if i < 0 {
		return 0, 0, false
	}
	v, ok := assigned(text, base+i+len("private_key_id"))
	if !ok || v.end-v.start < 20 || !all(text[v.start:v.end], anyHex) {
		return 0, 0, false
	}
	return v.start, v.end, true
}

func all(s string, set *charset) bool {
	for i := range len(s) {
		if !set[s[i]] {
			return false
		}
	}
	return true
}
